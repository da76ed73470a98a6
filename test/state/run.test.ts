import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/link/client';
import type { Command, EngineEvent, RunState } from '../../src/link/protocol';
import { DEFAULTS } from '../../src/spec/run';
import { Run } from '../../src/state/run.svelte';
import { modelSpecOf } from '../../src/spec/model';
import { fakeFrame } from '../fakes/fakeEngine';

const lost = (step: number) =>
  ({ because: { kind: 'lost', message: 'the driver died' }, step, trains: true }) as const;

/** A run on a wire of its own: what it sent, and a way to answer. Frames are asked for at once. */
function wired() {
  const sent: Command[] = [];
  let receive: ((event: EngineEvent) => void) | undefined;
  const engine: Engine = {
    send: (command) => sent.push(command),
    listen: (_, to) => {
      receive = to;
      return () => (receive = undefined);
    },
    dispose: () => {},
  };
  const run = new Run('a', DEFAULTS, engine, undefined, (_, then) => then());
  const state = (next: RunState) => receive?.({ type: 'state', runId: 'a', state: next });
  const metrics = (...steps: number[]) =>
    receive?.({
      type: 'metrics',
      runId: 'a',
      steps: steps.map((step) => ({
        step,
        loss: 4 - step,
        accuracy: 0,
        gradNorm: 1,
        rate: 1,
        ms: 10,
        batch: String(step),
      })),
    });
  const frame = (step: number) =>
    receive?.({ type: 'frame', runId: 'a', frame: fakeFrame(modelSpecOf(DEFAULTS), step) });
  const actions = () =>
    sent.flatMap((command) => (command.type === 'control' ? [command.action] : []));
  const asked = () => sent.filter(({ type }) => type === 'nextFrame').length;
  return {
    run,
    sent,
    state,
    metrics,
    frame,
    actions,
    asked,
    listening: () => receive !== undefined,
  };
}

describe('a run whose device was lost', () => {
  test('goes on from the snapshot: what came after it is forgotten, and why is said', () => {
    const { run, state, metrics } = wired();
    run.train();
    state({ phase: 'running', step: 0 });
    metrics(1, 2, 3, 4, 5);
    state({ phase: 'preparing', doing: 'recovering' });
    state({ phase: 'running', step: 3, moved: lost(3) });
    expect(run.history.map(({ step }) => step)).toEqual([1, 2, 3]);
    metrics(4);
    expect(run.history.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(run.wish).toBe(true);
  });

  test('does not train against the person’s will', () => {
    const { run, state, actions } = wired();
    state({ phase: 'paused', step: 0 });
    run.train();
    state({ phase: 'running', step: 0 });
    state({ phase: 'preparing', doing: 'recovering' });
    run.pause();
    state({ phase: 'running', step: 0, moved: lost(0) });
    expect(actions().at(-1)).toBe('pause');
    expect(run.wish).toBe(false);
  });
});

describe('a run', () => {
  test('takes the step asked for while it was being prepared, and only one', () => {
    const { run, state, actions } = wired();
    run.once();
    expect(actions()).toEqual([]);
    state({ phase: 'paused', step: 0 });
    expect(actions()).toEqual(['step']);
    state({ phase: 'paused', step: 1 });
    expect(actions()).toEqual(['step']);
  });

  test('is opened when it is made, and closed without a listener left', () => {
    const { run, sent, actions, listening } = wired();
    expect(sent[0]).toMatchObject({ type: 'open', runId: 'a', spec: DEFAULTS });
    run.close();
    expect(actions()).toEqual(['close']);
    expect(listening()).toBe(false);
  });

  test('a wish to train is kept until the engine is ready', () => {
    const { run, state, actions } = wired();
    run.toggle();
    expect(actions()).toEqual([]);
    state({ phase: 'paused', step: 0 });
    expect(actions()).toEqual(['run']);
    state({ phase: 'running', step: 0 });
    expect(run.wish).toBe(true);
  });

  test('says pause while it trains, and a step pauses it first', () => {
    const { run, state, actions } = wired();
    state({ phase: 'paused', step: 0 });
    run.train();
    state({ phase: 'running', step: 0 });
    run.once();
    expect(actions()).toEqual(['run', 'pause', 'step']);
    expect(run.wish).toBe(false);
  });

  test('a pause that nobody asked for ends the wish', () => {
    const { run, state } = wired();
    state({ phase: 'running', step: 3 });
    state({ phase: 'paused', step: 4, moved: lost(4) });
    expect(run.wish).toBe(false);
  });

  test('waits while nobody looks, and goes on afterwards', () => {
    const { run, state, actions } = wired();
    state({ phase: 'running', step: 3 });
    run.suspend();
    state({ phase: 'paused', step: 4 });
    expect(run.wish).toBe(true);
    run.resume();
    expect(actions()).toEqual(['pause', 'run']);
  });

  test('collects its history and knows its speed', () => {
    const { run, metrics } = wired();
    metrics(1, 2);
    metrics(3);
    expect(run.history.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(run.step).toBe(3);
    expect(run.tokensPerSecond).toBeCloseTo((1000 * DEFAULTS.batch * DEFAULTS.context) / 10);
  });

  test('a failed run trains no more', () => {
    const { run, state, actions } = wired();
    state({ phase: 'running', step: 1 });
    state({ phase: 'failed', failure: { kind: 'diverged', loss: NaN, step: 3, rate: 0.1 } });
    run.toggle();
    expect(run.wish).toBe(false);
    expect(actions()).toEqual([]);
  });
});

describe('a closer look', () => {
  const evaluation = (step: number) => ({
    step,
    positions: { losses: [2], counts: [1] },
    distances: [],
    slices: [],
  });
  test('is asked for, kept until the next one, and forgotten with the steps it was taken after', () => {
    const { run, sent, state, metrics } = wired();
    state({ phase: 'paused', step: 0 });
    run.evaluate();
    expect(sent.at(-1)).toEqual({ type: 'evaluate', runId: 'a' });
    metrics(1, 2, 3);
    run.receive({ type: 'evaluation', runId: 'a', evaluation: evaluation(2) });
    run.receive({ type: 'evaluation', runId: 'a', evaluation: evaluation(3) });
    expect(run.evaluation).toEqual(evaluation(3));
    state({ phase: 'running', step: 1 }); // a device was lost, and two steps with it
    expect(run.evaluation).toBeUndefined();
  });
});

describe('frames', () => {
  test('one is asked for when the run is ready, and no second one before it came', () => {
    const { state, metrics, frame, asked } = wired();
    state({ phase: 'paused', step: 0 });
    expect(asked()).toBe(1);
    metrics(1);
    metrics(2);
    expect(asked()).toBe(1);
    frame(0);
    expect(asked()).toBe(2); // something happened in between
    frame(2);
    expect(asked()).toBe(2); // nothing did
  });
});
