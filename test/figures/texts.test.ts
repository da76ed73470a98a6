/** @file Texts compared: their order, the initial context, parts of the held-out text, and their curves by seed. */
import { expect, test } from 'vitest';
import { stacked } from '../../src/figures/chart';
import { computeChart } from '../../src/figures/compute';
import { findingOfCompute } from '../../src/figures/finding';
import { gapChart, lengthChart } from '../../src/figures/lengths';
import { ALL, endOf, measuresOf, scoreOf } from '../../src/figures/measure';
import { provenanceOf, type Result } from '../../src/figures/result';
import {
  contextFor,
  contextsOfTexts,
  settingsOf,
  textsOf,
  wordsOfTexts,
} from '../../src/figures/texts';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

function run(change: Partial<RunSpec>, loss = 1, sliced?: number): Result {
  const spec: RunSpec = {
    ...DEFAULTS,
    ...{ task: 'postal-codes', context: 512, window: 16, groupSize: 2, steps: 100, spread: 0.5 },
    ...change,
  };
  const slices = sliced === undefined ? undefined : [{ id: 'line-above', loss: sliced, accuracy: 0.9, tokens: 250 }]; // prettier-ignore
  return {
    spec,
    steps: spec.steps,
    ...{ backend: 'wasm', machine: 'here', made: '2026-11-30', program: '0.1.0' },
    validation: [5, 50, 100].map((step) => ({
      step,
      loss: loss + 1 - step / 100,
      tokens: 1000,
      ...(slices && { slices }),
    })),
    buckets: [
      { from: 1, to: spec.context / 2, tokens: 500, loss: loss + 0.1 },
      { from: spec.context / 2 + 1, to: spec.context, tokens: 500, loss },
    ],
    distances: [],
    ...(slices && { slices }),
  };
}
const each = (task: string, context: number, seeds: readonly number[]) =>
  ['global', 'grouped', 'local'].flatMap((plan) =>
    seeds.map((seed) => run({ task, context, plan, seed })),
  );

test('the table comes first, then prose, and tasks are not texts', () => {
  const results = [run({ task: 'moby-dick' }), run({ task: 'needle', context: 48 }), run({})];
  expect(textsOf(results).map(({ source }) => source.id)).toEqual(['postal-codes', 'moby-dick']);
});

test('the initial context has the most seeds, then both texts, then the most characters', () => {
  const moby = each('moby-dick', 512, [1]);
  const begin = (...postal: readonly Result[][]) =>
    contextFor(textsOf([...postal.flat(), ...moby]));
  const at = (context: number, seeds: readonly number[]) => each('postal-codes', context, seeds);
  expect(begin(at(512, [1]), at(2048, [1, 2]))).toBe(2048);
  expect(begin(at(512, [1, 2]), at(2048, [1, 2]))).toBe(512);
  expect(begin(at(256, [1]), at(1024, [1]))).toBe(1024);
  expect(contextFor(textsOf([]))).toBeUndefined();
  expect(contextsOfTexts(textsOf([...at(1024, [1]), ...moby]))).toEqual([512, 1024]);
});

test('parts can be chosen only if runs were scored by slices', () => {
  const plain = run({ task: 'moby-dick' });
  expect(measuresOf([plain])).toEqual([ALL]);
  const sliced = run({}, 1, 0.5);
  const [, slice, rest] = measuresOf([plain, sliced]);
  expect([slice!.label, rest!.label]).toEqual(['Repeats of the line above', 'The rest']);
  expect(scoreOf(plain.validation[0]!, slice!)).toBeUndefined();
  expect(endOf(sliced, ALL)).toEqual({ loss: 1.05, tokens: 1000 });
  expect(endOf(sliced, slice!)).toEqual({ loss: 0.5, tokens: 250 });
  expect(endOf(sliced, rest!)!.loss).toBeCloseTo((1.05 * 1000 - 0.5 * 250) / 750, 12);
  const whole = { loss: 0.5, tokens: 250, slices: sliced.slices! };
  expect(scoreOf(whole, rest!)).toBeUndefined(); // nothing is left
  expect(computeChart([plain, sliced], slice).series).toHaveLength(1);
});

test('each seed has a thin curve of its own, an outlier is named, and at one context the beginning is left out', () => {
  const losses = [0.731, 0.734, 0.819];
  const grouped = losses.map((loss, i) => run({ plan: 'grouped', seed: i + 1 }, loss));
  const global = losses.map((_, i) => run({ plan: 'global', seed: i + 1 }, 0.75));
  const results = [...grouped, ...global];
  for (const chart of [lengthChart(results, 512), gapChart(results, 512), computeChart(results)]) {
    const { seeds, short } = chart.series.find(({ look }) => look === 'grouped')!;
    expect(short).toBe('Grouped');
    expect(seeds!.map(({ seed, apart }) => [seed, apart])).toEqual([[1, false], [2, false], [3, true]]); // prettier-ignore
  }
  const [series] = computeChart(results).series;
  expect(series!.points).toHaveLength(2);
  expect(series!.seeds![0]!.points).toHaveLength(2);
  expect(computeChart(results).table.rows).toHaveLength(6); // the table has all of it
});

test('local plans with two windows are labelled by window, and the larger one is the control', () => {
  const results = [run({ plan: 'local', window: 96 }), run({ plan: 'local' }), run({ plan: 'global' })]; // prettier-ignore
  const { series } = lengthChart(results, 512);
  expect(series.map(({ label, control }) => [label, control])).toEqual([
    ['Global', false],
    ['Local, W 16', false],
    ['Local, W 96', true],
  ]);
  expect(settingsOf([...results, run({ plan: 'grouped' })], 512)).toBe(
    'G S G S · W 16 · 100 steps',
  );
  expect(provenanceOf('recorded', results)).toContain('W 16 and 96');
  expect(provenanceOf('recorded', results)).toContain('embedding initialised with spread 0.5');
});

test('grouped plans are labelled by their stripes: the paper’s one, its global layer first, is the main one', () => {
  const last = run({ plan: 'grouped', place: 'last' });
  const results = [last, run({ plan: 'grouped' }), run({ plan: 'global' })];
  const { series } = lengthChart(results, 512);
  expect(series.map(({ short, control }) => [short, control])).toEqual([
    ['Global', false],
    ['G S G S', false],
    ['S G S G', true],
  ]);
  const { title, notes } = findingOfCompute(results, 512);
  expect(title).toContain('grouped is less than 0.01 nats worse than global');
  expect(title).not.toContain('S G');
  expect(notes[0]).toMatch(/^Grouped S G S G is less than .* for \d\d % of the FLOPs\.$/);
  expect(settingsOf(results, 512)).toBe('G S G S and S G S G · W 16 · 100 steps');
});

test('the introduction says why these texts, and says that one line is enough only if the control shows it', () => {
  const moby = each('moby-dick', 512, [1]);
  const postal = each('postal-codes', 512, [1, 2, 3]);
  const control = (loss: number) =>
    [1, 2, 3].map((seed) => run({ plan: 'local', window: 96, seed }, loss));
  const words = (...more: readonly Result[]) =>
    wordsOfTexts(textsOf([...moby, ...postal, ...more]), 512).join(' ');
  expect(words()).toContain('4 local layers of window 16 reach 61. The text was chosen because');
  expect(words()).not.toContain('a window of one line');
  expect(words(...control(1))).toContain('a window of one line is enough; the paper is about');
  expect(words(...control(1.5))).toContain('local with a window of 96 is 0.50 nats worse');
  expect(words(...control(1.5))).not.toContain('is enough');
  expect(wordsOfTexts(textsOf(moby), 512)).toEqual([]);
});

test('tables of two texts are stacked, and a single one stays unchanged', () => {
  const table = (n: number) => ({ columns: ['a'], rows: [[n]] });
  const [one, two] = [{ name: 'x', table: table(1) }, { name: 'y', table: table(2) }]; // prettier-ignore
  expect(stacked([one], 'text')).toEqual(one.table);
  expect(stacked([one, two], 'text')).toEqual({
    columns: ['text', 'a'],
    rows: [['x', 1], ['y', 2]], // prettier-ignore
  });
});
