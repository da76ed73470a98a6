/** @file Caches over time, and the two paths to a row, against every cell counted one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plans } from '../../src/attention/plans';
import { cachedKeys } from '../../src/attention/cost';
import { textOf } from '../../src/attention/need';
import { patterns, patternSpec } from '../../src/attention/registry';
import { layersOf } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { LayerCache } from '../../src/model/decode/cache';
import { anyExpression } from '../support/expressions';
import { expressionOf } from '../../src/masks/layers';
import { maskOfCells, type Mask } from '../../src/attention/mask';
import { has, run } from '../../src/attention/runs';
import {
  cacheOf,
  entriesAt,
  foundAt,
  heldAt,
  pinnedAt,
  slotOf,
  slotsAt,
  timelineOf,
  type Cache,
} from '../../src/masks/analysis/cache';
import { lastReaders } from '../../src/attention/need';
import { disagreementsOf, twoPaths } from '../../src/masks/analysis/decode';

/** Any cells at all, and sizes that do not fit. */
const anyMask: fc.Arbitrary<Mask> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }))
  .chain(([queries, keys]) =>
    fc
      .uint8Array({ minLength: queries * keys, maxLength: queries * keys, max: 1 })
      .map((cells) => maskOfCells(cells, queries, keys)),
  );
const square = (T: number) =>
  fc
    .uint8Array({ minLength: T * T, maxLength: T * T, max: 1 })
    .map((cells) => maskOfCells(cells, T, T));

const layersFor = (plan: string) =>
  layersOf({ ...DEFAULTS, plan, layers: 5, window: 3, chunk: 4, groupSize: 2, stripes: 'GSAKS' });

const RINGS: fc.Arbitrary<Cache> = fc.oneof(
  fc.constant<Cache>({ kind: 'all' }),
  fc.integer({ min: 1, max: 12 }).map((slots): Cache => ({ kind: 'ring', slots })),
);

describe('the cache', () => {
  test('of a layer holds as many keys as its pattern says, at every step', () => {
    for (const { id } of patterns.all)
      for (const params of [
        { window: 4, chunk: 4 },
        { window: 5, chunk: 3 },
      ]) {
        const cache = cacheOf({ pattern: id, params });
        for (let t = 0; t < 40; t++)
          expect(entriesAt(cache, t)).toBe(patterns.get(id).cachedKeys(t + 1, params));
      }
  });

  test('of a layer has the kind that suits its pattern', () => {
    const params = { window: 4, chunk: 3 };
    const kinds = patterns.all.map(({ id }) => [id, cacheOf(patternSpec(id, params))]);
    expect(Object.fromEntries(kinds)).toMatchObject({
      global: { kind: 'all' },
      local: { kind: 'ring', slots: 4 },
      approximate: { kind: 'summaries', window: 4, chunk: 3 },
      sinks: { kind: 'pinned' },
    });
  });

  test('of any mask is the one our decoder keeps, slot by slot, and loses nothing', () => {
    fc.assert(
      fc.property(anyExpression(10), (expression) => {
        const layer = patternSpec(write(expression), {});
        const cache = cacheOf(layer);
        const ours = new LayerCache({ kvHeads: 1, headDim: 2, pool: 'post' }, layer);
        const T = 50;
        // Texts of 400 tokens, long enough to show which of these tokens are still read.
        const timeline = timelineOf(textOf(expression, 400), 8, cache);
        const free = timelineOf(textOf(expression, 400), 8);
        for (let t = 0; t < T; t++) {
          ours.push(new Float32Array(2), new Float32Array(2), 0, () => {});
          const moment = timeline.at(t);
          expect(moment).toMatchObject({ entries: ours.held, bytes: 8 * ours.held, lost: [] });
          expect(moment).toEqual({ ...free.at(t), idle: [] });
          expect(entriesAt(cache, t)).toBe(cachedKeys(layer, t + 1));
          const standing = pinnedAt(expression, t);
          for (let k = 0; k <= t; k++) {
            expect(standing.indexOf(k)).toBe(ours.slotOf(k));
            expect(has(moment.held, k)).toBe(ours.slotOf(k) >= 0);
          }
          expect(slotOf(cache, t)).toBe(ours.slotOf(t));
        }
        expect(disagreementsOf(textOf(expression, T), cache).queries).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('of a ring writes token t into slot t mod W, and overwrites the one W before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(30), (slots, t) => {
        const written = new Int32Array(slots).fill(-1);
        for (let token = 0; token <= t; token++)
          written[slotOf({ kind: 'ring', slots }, token)] = token;
        expect(slotsAt(slots, t)).toEqual(written);
        const held = [...written].filter((token) => token >= 0);
        expect(heldAt({ kind: 'ring', slots }, t)).toEqual(run(Math.min(...held), t + 1));
      }),
    );
  });

  test('must hold what this query or a later one may read, and nothing else', () => {
    fc.assert(
      fc.property(anyMask, fc.option(RINGS, { nil: undefined }), (mask, cache) => {
        if (mask.queries > mask.keys) return;
        const ahead = mask.keys - mask.queries;
        const readers = (k: number) =>
          Array.from({ length: mask.queries }, (_, q) => q).filter((q) => has(mask.row(q), k));
        expect([...lastReaders(mask)]).toEqual(
          Array.from({ length: mask.keys }, (_, k) => readers(k).at(-1) ?? -1),
        );
        const timeline = timelineOf(mask, 8, cache);
        for (let t = 0; t < mask.keys; t++) {
          const moment = timeline.at(t);
          for (let k = 0; k < mask.keys; k++) {
            const needed = k <= t && readers(k).some((q) => q + ahead >= t);
            expect(has(moment.needed, k)).toBe(needed);
            const held = cache ? k <= t && (cache.kind !== 'ring' || k > t - cache.slots) : needed;
            expect(has(moment.held, k)).toBe(held);
            expect(has(moment.lost, k)).toBe(needed && !held);
            expect(has(moment.idle, k)).toBe(held && !needed);
            const before = t > 0 && has(timeline.at(t - 1).held, k);
            expect(has(moment.evicted, k)).toBe(before && !held);
          }
          expect(moment.bytes).toBe(8 * moment.entries);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of a window needs W keys at every step, as a ring of W holds them', () => {
    const timeline = timelineOf(maskOf(read('causal & window(4)'), 16), 1, {
      kind: 'ring',
      slots: 4,
    });
    for (let t = 0; t < 13; t++)
      expect(timeline.at(t)).toMatchObject({ lost: [], idle: [], entries: Math.min(t + 1, 4) });
    expect(timeline.at(9).evicted).toEqual([5, 6]);
  });
});

describe('prefill and decode', () => {
  test.each(plans.all.map(({ id }) => id))(
    'read the same in %s with the caches of its layers',
    (plan) => {
      for (const layer of layersFor(plan)) {
        const mask = maskOf(expressionOf(layer), 30);
        expect(disagreementsOf(mask, cacheOf(layer))).toEqual({ queries: 0 });
      }
    },
  );

  test('differ in the keys a ring has dropped, and in those a decoder without a mask reads', () => {
    const mask = maskOf(read('causal & window(5)'), 12);
    expect(disagreementsOf(mask, { kind: 'ring', slots: 4 })).toMatchObject({
      queries: 8,
      first: { query: 4, missing: [0, 1], extra: [] },
    });
    expect(disagreementsOf(mask, { kind: 'all', reads: 'all' })).toMatchObject({
      queries: 7,
      first: { query: 5, missing: [], extra: [0, 1] },
    });
  });

  test('are what each path reads, cell by cell', () => {
    fc.assert(
      fc.property(square(10), RINGS, fc.boolean(), fc.nat(9), (mask, rule, whole, q) => {
        const cache: Cache = { ...rule, reads: whole ? 'all' : 'mask' };
        const { decode, missing, extra } = twoPaths(mask, cache, q);
        for (let k = 0; k < 10; k++) {
          const [allowed, found] = [has(mask.row(q), k), has(foundAt(cache, q), k)];
          const reads = found && (whole || allowed);
          expect(has(decode, k)).toBe(reads);
          expect(has(missing, k)).toBe(allowed && !reads && k <= q);
          expect(has(extra, k)).toBe(reads && !allowed);
        }
      }),
    );
  });
});
