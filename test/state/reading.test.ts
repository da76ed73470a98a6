import { describe, expect, test } from 'vitest';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';
import { readCell, rowOf, sayReading } from '../../src/state/reading';
import { fakeFrame } from '../fakes/fakeEngine';

const model = modelSpecOf({
  ...DEFAULTS,
  plan: 'custom',
  stripes: 'GSAK',
  window: 6,
  chunk: 4,
  context: 32,
});
const frame = fakeFrame(model, 100);
const say = (layer: number, query: number, key: number) =>
  sayReading(readCell(frame, model.layers, { layer, head: 0, query, key }));

describe('a cell in words', () => {
  test('has the weight if the query reads the key', () => {
    expect(say(0, 20, 19)).toMatch(/^query 20 ‘x’ reads key 19 ‘x’, weight 0\.\d\d$/);
  });
  test('names the rule that blocks it', () => {
    expect(say(0, 3, 9)).toContain('may not read key 9 ‘x’, it comes later');
    expect(say(1, 20, 3)).toContain('may not read key 3 ‘x’, outside its window of 6');
  });
  test('uses the words of a pattern that reads two runs', () => {
    expect(say(3, 20, 2)).toMatch(/^query 20 ‘x’ reads key 2 ‘x’, weight/);
    expect(say(3, 20, 9)).toMatch(
      /may not read key 9 ‘x’, outside its window of 6 and the first 4 tokens$/,
    );
    expect(say(3, 3, 9)).toMatch(/may not read key 9 ‘x’, it comes later$/);
  });
  test('names the chunk that a summary represents', () => {
    expect(say(2, 20, 5)).toContain('reads a summary of key 5');
    expect(say(2, 20, 5)).toContain('tokens 4 to 7');
  });
});

test('a row has the weights of one query, and sums to 1', () => {
  const row = rowOf(frame, { layer: 1, head: 2, query: 25 });
  expect(row).toHaveLength(32);
  expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
});
