/**
 * @file What a summary keeps and loses: where the approximate pattern must be exact, where it must not, and what leaks.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  outputOf,
  saySummary,
  summaryOf,
  vectorsOf,
  type Reading,
} from '../../src/lessons/pictures/summary';

const [T, d] = [24, 8];
const reading: Reading = { window: 4, chunk: 4, query: 19, logC: true, leak: false };
const some = vectorsOf(1, { T, d });
const at = fc.record({
  window: fc.integer({ min: 1, max: 30 }),
  chunk: fc.integer({ min: 1, max: 30 }),
  query: fc.integer({ min: 0, max: T - 1 }),
  logC: fc.boolean(),
});

test('the query reads its window, rounded out to a chunk, and every chunk before it once', () => {
  // s(19) = 4 floor(16 / 4) = 16
  const { entries } = summaryOf(some, reading);
  expect(entries.map(({ kind, from, to }) => `${kind} ${from}-${to}`)).toEqual([
    'summary 0-3',
    'summary 4-7',
    'summary 8-11',
    'summary 12-15',
    'token 16-16',
    'token 17-17',
    'token 18-18',
    'token 19-19',
  ]);
});

test('weights are shares: exact ones, those of the entries, and those spread over tokens', () => {
  fc.assert(
    fc.property(at, fc.boolean(), (one, leak) => {
      const { exact, entries, spread } = summaryOf(some, { ...one, leak });
      const sum = (of: Iterable<number>) => [...of].reduce((a, b) => a + b, 0);
      expect(sum(exact)).toBeCloseTo(1, 12);
      expect(sum(entries.map(({ weight }) => weight))).toBeCloseTo(1, 12);
      expect(sum(spread)).toBeCloseTo(1, 12);
    }),
  );
});

test.each([
  ['C = 1', { chunk: 1 }],
  ['a window over all tokens', { window: T }],
])('%s is exact', (_, own) => {
  for (let query = 0; query < T; query++)
    expect(summaryOf(some, { ...reading, ...own, query }).error).toBeLessThan(1e-12);
});

test('keys and values that are equal inside chunks are read exactly with + ln C, and not without', () => {
  const alike = vectorsOf(1, { T, d, alike: 4 });
  expect(alike.k.subarray(0, d)).toEqual(alike.k.subarray(3 * d, 4 * d));
  expect(summaryOf(alike, reading).error).toBeLessThan(1e-12);
  expect(summaryOf(alike, { ...reading, logC: false }).error).toBeGreaterThan(0.01);
  expect(summaryOf(some, reading).error).toBeGreaterThan(0.01);
});

/** The same tokens, with those after `token` changed. */
function changedAfter(token: number) {
  const other = vectorsOf(2, { T, d });
  const mixed = (a: Float64Array, b: Float64Array) =>
    a.map((x, i) => (i >= (token + 1) * d ? b[i]! : x));
  return { ...some, k: mixed(some.k, other.k), v: mixed(some.v, other.v) };
}

test('an output depends on later tokens exactly if the unfinished chunk is summarised', () => {
  fc.assert(
    fc.property(at, fc.boolean(), (one, leak) => {
      const asked = { ...one, leak };
      const before = summaryOf(some, asked);
      const later = changedAfter(one.query);
      const moved = outputOf(later, summaryOf(later, asked)).some(
        (x, i) => Math.abs(x - outputOf(some, before)[i]!) > 1e-12,
      );
      expect(moved).toBe(before.future !== undefined);
      if (!leak) expect(before.future).toBeUndefined();
    }),
  );
  expect(summaryOf(some, { ...reading, query: 17, leak: true }).future).toEqual([18, 19]);
});

test('the last token of a chunk has no unfinished chunk that could leak', () => {
  expect(summaryOf(some, { ...reading, query: 19, leak: true }).future).toBeUndefined();
});

test('the result is described in words', () => {
  const leaking = { ...reading, query: 17, leak: true };
  expect(saySummary(leaking, summaryOf(some, leaking))).toMatch(
    /^Query 17 reads tokens 12 to 17 exactly and 3 summaries of 4 tokens, which get \d.* of the weight .*\. Its output is .* away from the exact one\. The unfinished chunk lets in tokens 18 to 19, which come after the query\.$/,
  );
  const alone = { ...reading, query: 0 };
  expect(saySummary(alone, summaryOf(some, alone))).toBe(
    'Query 0 reads token 0 exactly and no summary. Its output is the exact one.',
  );
});
