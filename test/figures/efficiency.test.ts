import { expect, test } from 'vitest';
import {
  efficiencyChart,
  efficiencyTable,
  predicted,
  stepFlops,
  tokenFlops,
  wordsOfEfficiency,
  type Measured,
} from '../../src/figures/efficiency';
import { trainingFlops } from '../../src/spec/cost';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

const spec = { ...DEFAULTS, window: 16 };
const rows: Measured[] = [
  { plan: 'global', context: 128, stepMs: 10, steps: 5, bytes: 2 ** 21, tokenMs: 1, cacheBytes: 8 },
  { plan: 'local', context: 128, stepMs: 8, steps: 5, bytes: 2 ** 21, tokenMs: 0.5, cacheBytes: 4 },
  { plan: 'global', context: 512, stepMs: 80, steps: 3, bytes: 2 ** 22 },
  { plan: 'local', context: 512, stepMs: 32, steps: 3, bytes: 2 ** 22 },
  { plan: 'grouped', context: 512, why: 'it does not fit' },
];

test('each quantity has a curve per plan, without points that were not measured', () => {
  const steps = efficiencyChart(spec, rows, 'host', 'step');
  expect(steps.series.map(({ id, points }) => [id, points.map(({ x, y }) => [x, y])])).toEqual([
    ['global', [[128, 10], [512, 80]]], // prettier-ignore
    ['local', [[128, 8], [512, 32]]], // prettier-ignore
    ['grouped', []],
  ]);
  const memory = efficiencyChart(spec, rows, 'host', 'memory');
  expect(memory.series[0]!.points.map(({ y }) => y)).toEqual([2, 4]);
  const tokens = efficiencyChart(spec, rows, 'host', 'token');
  expect(tokens.series[1]!.points).toHaveLength(1);
});

test('the prediction extrapolates the speed of the first row, FLOP for FLOP', () => {
  const predictedMs = (_: unknown, all: readonly Measured[], row: Measured, kernel: 'host') =>
    predicted(spec, all, row, kernel, 'step');
  expect(predictedMs(spec, rows, rows[0]!, 'host')).toBeCloseTo(10, 9);
  const ratio = stepFlops(spec, rows[2]!, 'host') / stepFlops(spec, rows[0]!, 'host');
  expect(ratio).toBeGreaterThan(4); // four times the tokens, and more for each
  expect(predictedMs(spec, rows, rows[2]!, 'host')).toBeCloseTo(10 * ratio, 9);
  expect(predictedMs(spec, [rows[4]!], rows[4]!, 'host')).toBeUndefined();
});

test('the table has a row for everything, and says why something is missing', () => {
  const table = efficiencyTable(spec, rows, 'host');
  expect(table.rows).toHaveLength(5);
  for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  expect(table.rows[4]!.at(-1)).toBe('it does not fit');
});

test('the sentence is about the longest context', () => {
  expect(wordsOfEfficiency(rows)).toMatch(
    /^At 512 tokens a step of Global takes 80 ms; Local is 2\.5 times faster\./,
  );
  expect(wordsOfEfficiency([])).toMatch(/^One step of every plan/);
});

test('a generated token is predicted from the weights and from the keys of a full cache', () => {
  const at = (plan: string, context: number) => tokenFlops(spec, { plan, context });
  const { heads, layers, width } = spec;
  const perKey = 4 * heads * (width / heads); // q·k and weight × v
  expect(at('global', 512) - at('global', 128)).toBe(layers * perKey * (512 - 128));
  expect(at('local', 512)).toBe(at('local', 128)); // it holds its window, whatever came before
  expect(at('global', 512) - at('local', 512)).toBe(layers * perKey * (512 - 16));
  // In training a query reads (T + 1) / 2 keys on average, and forward is a third of it.
  const { needed } = trainingFlops(modelSpecOf({ ...spec, plan: 'global', context: 128 }), 'host');
  expect(at('global', 128) - needed / 3).toBeCloseTo(layers * perKey * (128 - 129 / 2), 3);
  expect(predicted(spec, rows, rows[0]!, 'host', 'token')).toBeCloseTo(1, 9);
  expect(predicted(spec, rows, rows[4]!, 'host', 'token')).toBeGreaterThan(0.5);
});

test('predictions appear next to measurements, also if nothing could be measured', () => {
  for (const quantity of ['step', 'token', 'memory'] as const) {
    const { series } = efficiencyChart(spec, rows, 'host', quantity);
    expect(series.map(({ predicted: points }) => points!.map(({ x }) => x))).toEqual([[128, 512], [128, 512], [512]]); // prettier-ignore
  }
});
