import { describe, expect, test } from 'vitest';
import { maskCells } from '../../src/attention/cells';
import {
  COUNTED,
  growthChart,
  lengthAt,
  LENGTHS,
  LONGEST,
  NOTCHES,
  notchOf,
  sayGrowth,
  sayPrice,
  SHORTEST,
} from '../../src/figures/growth';
import { trainingFlops } from '../../src/spec/cost';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/run';

const runs = ['global', 'local', 'grouped'].map((plan) => ({
  name: plan,
  plan,
  model: modelSpecOf({ ...DEFAULTS, plan, layers: 4, window: 16, groupSize: 2 }),
}));
const [global, local] = runs;

describe('cost against length', () => {
  test('is counted without a cell, and is what the cells count', () => {
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

  test('says in words what it comes to', () => {
    expect(sayGrowth(global!.model, 'pairs', 4096)).toBe(
      '33,562,624 pairs, 100 % of all global; × 4 for twice the tokens',
    );
    expect(sayGrowth(local!.model, 'pairs', 4096)).toBe(
      '261,664 pairs, 0.78 % of all global; × 2 for twice the tokens',
    );
    expect(sayGrowth(local!.model, 'cache', 4096)).toContain('× 1 for twice the tokens');
    for (const { id } of COUNTED)
      expect(sayGrowth(local!.model, id, 64)).not.toMatch(/NaN|undefined/);
  });

  test('is read off between the points too: eight notches in every doubling', () => {
    expect([lengthAt(0), lengthAt(NOTCHES)]).toEqual([SHORTEST, LONGEST]);
    for (let notch = 0; notch <= NOTCHES; notch++) expect(notchOf(lengthAt(notch))).toBe(notch);
    expect([notchOf(1), notchOf(1e6)]).toEqual([0, NOTCHES]);
  });

  test('says first what the stripes save, here and far away', () => {
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

  test('the price of training is that of the meters', () => {
    for (const { model } of runs) {
      const { series } = growthChart([{ name: '', plan: 'grouped', model }], 'training', [
        model.context,
      ]);
      expect(series[0]!.points[0]!.y).toBe(trainingFlops(model, 'host').needed);
    }
  });
});
