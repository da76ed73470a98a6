/** @file One of several compared runs diverges in the real engine, on plain loops. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import {
  addresseeOf,
  type Action,
  type EngineEvent,
  type RunId,
} from '../../src/workers/train/protocol';
import type { RunState } from '../../src/workers/train/runState';
import type { RunSpec } from '../../src/spec/run';
import { Trainer } from '../../src/train/trainer';
import { TINY_RUN } from '../support/tinyRun';

const PLANS = ['global', 'local', 'approximate', 'grouped'] as const;
const spec: RunSpec = { ...TINY_RUN, backend: 'cpu' };

/**
 * Makes the weights of the runs of `plans` NaN after `step` steps. No setting a user may choose is sure to do that: at
 * learning rate 1 twelve layers still have finite losses after hundreds of steps.
 */
function poison(plans: readonly string[], step: number) {
  const { advance } = Trainer.prototype;
  vi.spyOn(Trainer.prototype, 'advance').mockImplementation(async function (this: Trainer) {
    if (plans.includes(this.spec.plan) && this.step === step) {
      const snapshot = await this.model.snapshot();
      this.model.restore({ ...snapshot, weights: snapshot.weights.map(() => NaN) });
    }
    return advance.call(this);
  });
}

/** An engine with a run for each plan of the paper, and each run's messages. */
async function opened() {
  const events: EngineEvent[] = [];
  const waiting = new Set<() => void>();
  const engine = new Engine((event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  for (const plan of PLANS) engine.receive({ type: 'open', runId: plan, spec: { ...spec, plan } });
  const of = <T extends EngineEvent['type']>(type: T, id: RunId) =>
    events.filter(
      (event): event is Extract<EngineEvent, { type: T }> =>
        event.type === type && addresseeOf(event) === id,
    );
  const state = (id: RunId): RunState | undefined => of('state', id).at(-1)?.state;
  const steps = (id: RunId) => of('metrics', id).flatMap((event) => event.steps);
  const frames = (id: RunId) => of('frame', id);
  const together = (action: Action) => engine.receive({ type: 'ask', runIds: PLANS, action });
  /** Handles every event: in Node a busy event loop delays timers by a thousand rounds. */
  const until = (ready: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!ready()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const all = (ids: readonly RunId[], phase: RunState['phase']) =>
    until(() => ids.every((id) => state(id)?.phase === phase));
  const close = () => {
    engine.receive({ type: 'close', runIds: PLANS });
  };
  await all(PLANS, 'paused');
  return { state, steps, frames, together, until, all, close };
}

afterEach(() => vi.restoreAllMocks());

describe('a compared run whose loss becomes NaN', () => {
  const others = PLANS.filter((plan) => plan !== 'local');

  test('stops alone and says at which step; the others continue level with each other', async () => {
    poison(['local'], 2);
    const { state, steps, together, until, all, close } = await opened();
    together('run');
    await all(['local'], 'failed');
    expect(state('local')).toMatchObject({
      failure: { kind: 'diverged', loss: NaN, step: 3, rate: spec.rate },
    });
    await until(() => others.every((plan) => steps(plan).length > 12));
    together('pause'); // as a page that does not know about it yet
    await all(others, 'paused');
    const ends = others.map((plan) => state(plan));
    expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
    for (const plan of others)
      for (const { loss } of steps(plan)) expect(Number.isFinite(loss)).toBe(true);
    expect(steps('local').length).toBeLessThan(3); // no loss that is not a number
    close();
  });

  test('does not change the losses of the others', async () => {
    const lossesOf = async (broken: readonly string[]) => {
      poison(broken, 1);
      const { state, steps, together, until, all, close } = await opened();
      for (let i = 0; i < 4; i++) together('step');
      await until(() => others.every((plan) => steps(plan).length === 4));
      await all(others, 'paused');
      expect(state('local')?.phase).toBe(broken.length > 0 ? 'failed' : 'paused');
      close();
      vi.restoreAllMocks();
      return others.map((plan) => steps(plan).map(({ loss, batch }) => ({ loss, batch })));
    };
    expect(await lossesOf(['local'])).toEqual(await lossesOf([]));
  });

  test('sends no picture; those of the others arrive, all of one step', async () => {
    poison(['local'], 0);
    const { frames, together, until, all, close } = await opened();
    together('step');
    await all(['local'], 'failed');
    together('frame');
    await until(() => others.every((plan) => frames(plan).length === 1));
    expect(others.map((plan) => frames(plan)[0]!.frame.step)).toEqual([1, 1, 1]);
    expect(frames('local')).toEqual([]);
    close();
  });

  test('does not keep the others from failing: if all diverge, each says so', async () => {
    poison(PLANS, 1);
    const { state, together, all, close } = await opened();
    together('run');
    await all(PLANS, 'failed');
    for (const plan of PLANS)
      expect(state(plan)).toMatchObject({ failure: { kind: 'diverged', step: 2 } });
    close();
  });
});
