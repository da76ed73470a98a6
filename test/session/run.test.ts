import { describe, expect, test } from 'vitest';
import type { RunState } from '../../src/workers/train/runState';
import { Run } from '../../src/session/run.svelte';
import { DEFAULTS } from '../../src/spec/controls';
import { steps } from '../support/sessionWire';

/** A run, and a way to send it messages of the engine. */
function told() {
  const run = new Run('a', DEFAULTS);
  const state = (next: RunState) => run.receive({ type: 'state', runId: 'a', state: next });
  const took = (from: number, to: number) =>
    run.receive({ type: 'metrics', runId: 'a', steps: steps(from, to) });
  const numbers = () => run.history.map(({ step }) => step);
  return { run, state, took, numbers };
}

describe('a run', () => {
  test('collects its history and knows its step', () => {
    const { run, took, numbers } = told();
    expect(run.step).toBe(0);
    took(1, 2);
    took(3, 3);
    expect(numbers()).toEqual([1, 2, 3]);
    expect(run.step).toBe(3);
  });

  test('whose device was lost forgets the steps after the snapshot, and repeats them', () => {
    const { run, state, took, numbers } = told();
    state({ phase: 'running', step: 0 });
    took(1, 5);
    state({ phase: 'preparing', doing: 'recovering' });
    expect(numbers()).toEqual([1, 2, 3, 4, 5]);
    state({
      phase: 'running',
      step: 3,
      moved: { because: { kind: 'lost', message: 'the driver died' }, step: 3, trains: true },
    });
    expect(numbers()).toEqual([1, 2, 3]);
    took(4, 4);
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(run.step).toBe(4);
  });

  test('that continues from a checkpoint is at its step, and has the validation of that step only once', () => {
    const validation = { step: 5, loss: 2, accuracy: 0.5, tokens: 64 };
    const run = new Run('a', DEFAULTS, undefined, Uint8Array.of(1), {
      steps: steps(1, 5),
      validations: [validation],
    });
    expect(run.step).toBe(5);
    run.receive({ type: 'validation', runId: 'a', validation: { ...validation, slices: [] } });
    expect(run.validations).toEqual([{ ...validation, slices: [] }]);
  });
});

test('an evaluation is kept until the next one, and dropped if its step is lost with a device', () => {
  const { run, state, took } = told();
  const evaluation = (step: number) => ({
    step,
    positions: { losses: [2], counts: [1] },
    distances: [],
    slices: [],
  });
  took(1, 3);
  run.receive({ type: 'evaluation', runId: 'a', evaluation: evaluation(2) });
  run.receive({ type: 'evaluation', runId: 'a', evaluation: evaluation(3) });
  expect(run.evaluation).toEqual(evaluation(3));
  state({ phase: 'running', step: 1 }); // a device was lost, and two steps with it
  expect(run.evaluation).toBeUndefined();
});
