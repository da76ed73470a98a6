import { expect, test } from 'vitest';
import type { Engine } from '../../src/workers/train/client';
import type { Command, EngineEvent } from '../../src/workers/train/protocol';
import { DEFAULTS } from '../../src/spec/controls';
import { FIRST_EVALUATION, evaluationIsDue, Measured } from '../../src/state/measured.svelte';

test('evaluations are due at doubling steps while training, and once at a pause', () => {
  let last = 0;
  const looks: number[] = [];
  for (let step = 1; step <= 1000; step++) {
    if (!evaluationIsDue(step, last, true)) continue;
    looks.push(step);
    last = step;
  }
  expect(looks).toEqual([FIRST_EVALUATION, 128, 256, 512]);
  expect(evaluationIsDue(700, 512, false)).toBe(true);
  expect(evaluationIsDue(700, 700, false)).toBe(false);
  expect(evaluationIsDue(0, 0, false)).toBe(false);
});

function page(step: number, phase = 'paused') {
  const sent: Command[] = [];
  let hear: (event: EngineEvent) => void = () => {};
  const engine: Engine = {
    send: (command) => sent.push(command),
    listen: (_, to) => {
      hear = to;
      return () => (hear = () => {});
    },
    dispose: () => {},
  };
  const specs = ['global', 'local'].map((plan) => ({ ...DEFAULTS, plan }));
  let asked = 0;
  const run = {
    step,
    evaluation: undefined,
    validations: [{ step: 1, loss: 4, accuracy: 0, tokens: 64, slices: [] }],
    state: { phase },
  };
  const measured = new Measured(engine, { specs, alive: [run, run], evaluate: () => asked++ });
  return { measured, sent, asked: () => asked, hear: (event: EngineEvent) => hear(event) };
}

test('no evaluation is requested while the figures are hidden, or before every run has paused', () => {
  const { measured, asked } = page(10);
  measured.look(false);
  expect(asked()).toBe(0);
  measured.watched = true;
  measured.look(false);
  measured.look(false);
  expect(asked()).toBe(1);
  const moving = page(10, 'running');
  moving.measured.watched = true;
  moving.measured.look(false);
  expect(moving.asked()).toBe(0);
});

test('other seeds are trained to the same step in whole rounds, and their results are kept with run and seed', () => {
  const { measured, sent, asked, hear } = page(40);
  measured.repeat(2);
  expect(asked()).toBe(1); // these runs are evaluated at the same steps as the others
  const [command] = sent;
  if (command?.type !== 'job' || command.job.kind !== 'repeat')
    throw new Error('no repetition was asked for');
  const { jobId, job } = command;
  expect(job.steps).toBe(40);
  expect(job.validateAt).toEqual([1]);
  expect(job.specs.map(({ plan, seed }) => `${plan} ${seed}`)).toEqual([
    'global 2',
    'local 2',
    'global 3',
    'local 3',
  ]);
  const evaluation = { step: 40, positions: { losses: [], counts: [] }, distances: [], slices: [] };
  const row = { index: 3, validations: [], evaluation };
  hear({
    type: 'job',
    jobId,
    kind: 'repeat',
    progress: { phase: 'row', row, kernel: 'simd', done: 160, total: 160 },
  });
  expect(measured.repeats).toEqual([{ run: 1, seed: 3, validations: [], evaluation }]);
  const ended = { phase: 'ended', why: 'complete' } as const;
  hear({ type: 'job', jobId, kind: 'repeat', progress: ended });
  expect(measured.repetition.phase).toBe('complete');
  measured.forget();
  expect(measured.repeats).toEqual([]);
});

test('before the first step there is nothing to repeat', () => {
  const { measured, sent } = page(0);
  measured.repeat(2);
  expect(sent).toEqual([]);
});
