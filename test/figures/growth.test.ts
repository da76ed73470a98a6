import { describe, expect, test } from 'vitest';
import { maskCells } from '../../src/attention/cells';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { writeRows } from '../../src/attention/writeRows';
import {
  COUNTED,
  growthChart,
  lengthAt,
  LENGTHS,
  LONGEST,
  NOTCHES,
  notchOf,
  priceAt,
  sayGrowth,
  sayPrice,
  SHORTEST,
  unpriced,
} from '../../src/figures/growth';
import { trainingFlops } from '../../src/spec/cost';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

const runs = ['global', 'local', 'grouped'].map((plan) => ({
  name: plan,
  plan,
  model: modelSpecOf({ ...DEFAULTS, plan, layers: 4, window: 16, groupSize: 2 }),
}));
const [global, local] = runs;

/** A window of 5 tokens, given as a rule or kept as its rows over 96 tokens; layer 1 is global. */
const windowed = (mask: string) =>
  modelSpecOf({
    ...DEFAULTS,
    plan: 'custom',
    stripes: 'G111',
    layers: 4,
    context: 96,
    masks: mask,
  });
const asRule = windowed('causal & window(5)');
const asRows = windowed(`causal & rows(${writeRows(maskOf(read('causal & window(5)'), 96))})`);

describe('cost by length', () => {
  test('is counted without single cells, and agrees with counting them', () => {
    const { series } = growthChart(runs, 'pairs');
    runs.forEach(({ model }, i) => {
      const cells = model.layers.reduce(
        (sum, layer) => sum + maskCells(layer, 64).filter(Boolean).length,
        0,
      );
      expect(series[i]!.points[0]).toMatchObject({ x: 64, y: cells });
      expect(series[i]!.points.map(({ x }) => x)).toEqual(LENGTHS);
    });
  });

  test('has a row in its table for every run and length', () => {
    const { table } = growthChart(runs, 'cache');
    expect(table.rows).toHaveLength(runs.length * LENGTHS.length);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  test('is summed up in words', () => {
    expect(sayGrowth(global!.model, 'pairs', 4096)).toBe(
      '33,562,624 pairs, 100 % of all-global layers; × 4 for twice the tokens',
    );
    expect(sayGrowth(local!.model, 'pairs', 4096)).toBe(
      '261,664 pairs, 0.78 % of all-global layers; × 2 for twice the tokens',
    );
    expect(sayGrowth(local!.model, 'cache', 4096)).toContain('× 1 for twice the tokens');
    for (const { id } of COUNTED)
      expect(sayGrowth(local!.model, id, 64)).not.toMatch(/NaN|undefined/);
  });

  test('can be read between the points too: eight notches per doubling', () => {
    expect([lengthAt(0), lengthAt(NOTCHES)]).toEqual([SHORTEST, LONGEST]);
    for (let notch = 0; notch <= NOTCHES; notch++) expect(notchOf(lengthAt(notch))).toBe(notch);
    expect([notchOf(1), notchOf(1e6)]).toEqual([0, NOTCHES]);
  });

  test('first says what the stripes save, here and at a long context', () => {
    const model = { ...runs[2]!.model, context: 128 };
    expect(sayPrice(model, 'training', 128)).toMatch(
      /^At 128 tokens this plan needs 9\d % of the FLOPs of all-global layers; at 16,384 tokens, 5\d %\.$/,
    );
    // Two of four layers are global: at a great length half the keys and values, and at 16 tokens all of them.
    expect(sayPrice(model, 'cache', 16)).toContain('At 16 tokens this plan keeps 100 %');
    expect(sayPrice(model, 'cache', LONGEST)).toBe(
      'At 16,384 tokens this plan keeps 50 % of the keys and values of all-global layers.',
    );
    expect(sayPrice(global!.model, 'cache', 128)).toBe(
      'Every layer is global: the cache is 128 times as large at 16,384 tokens as at 128 tokens.',
    );
    expect(sayPrice(global!.model, 'training', LONGEST)).toBe(
      'Every layer is global: this is the full price.',
    );
  });

  test('of a mask kept as rows equals that of its rule, and does not exist for longer texts', () => {
    for (const id of ['training', 'cache', 'pairs'] as const) {
      expect(priceAt(asRows, id, 96)).toEqual(priceAt(asRule, id, 96));
      expect(unpriced(asRows, 96)).toBeUndefined();
      expect(unpriced(asRule, LONGEST)).toBeUndefined();
      expect(() => priceAt(asRows, id, 97)).toThrow(
        'there is no price at 97 tokens: a mask is kept as rows of 96 tokens, which say nothing about longer texts',
      );
    }
    expect(sayPrice(asRows, 'training', 96)).toBe(
      `${sayPrice(asRule, 'training', 96).split(';')[0]}.`,
    );
    expect(sayGrowth(asRows, 'pairs', 128)).toBe(
      'no price: a mask is kept as rows of 96 tokens, which say nothing about longer texts',
    );
    expect(sayGrowth(asRule, 'pairs', 96)).toMatch(/; × .* for twice the tokens$/);
    expect(sayGrowth(asRows, 'pairs', 96)).toBe(sayGrowth(asRule, 'pairs', 96).split(';')[0]);
  });

  test('of a mask kept as rows ends with its rows, in the line and in the table', () => {
    const both = [asRule, asRows].map((model, i) => ({ name: `${i}`, plan: 'custom', model }));
    const { series, table } = growthChart(both, 'pairs');
    expect(series[0]!.points.map(({ x }) => x)).toEqual(LENGTHS);
    expect(series[1]!.points.map(({ x }) => x)).toEqual([64, 96]);
    expect(series[1]!.points[0]).toEqual(series[0]!.points[0]);
    expect(table.rows).toHaveLength(LENGTHS.length + 2);
    expect(growthChart(both, 'pairs', [128]).series.map(({ points }) => points.length)).toEqual([
      1, 0,
    ]);
  });

  test('agrees with the meters for training', () => {
    for (const { model } of runs) {
      const { series } = growthChart([{ name: '', plan: 'grouped', model }], 'training', [
        model.context,
      ]);
      expect(series[0]!.points[0]!.y).toBe(trainingFlops(model, 'host').needed);
    }
  });
});

test('the table of a chart is not counted before it is opened', () => {
  const { layers } = global!.model;
  let asked = 0;
  const model = {
    ...global!.model,
    get layers() {
      asked++;
      return layers;
    },
  };
  const chart = growthChart([{ ...global!, model }], 'pairs');
  const drawn = asked;
  expect(chart.table.rows).toHaveLength(LENGTHS.length);
  expect(asked).toBeGreaterThan(drawn + LENGTHS.length);
});
