/** @file The views as data, against cells counted one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedKeys } from '../../src/attention/cost';
import { plans } from '../../src/attention/plans';
import { reachCone } from '../../src/attention/reach';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { expressionOf } from '../../src/masks/layers';
import { cellsOf, maskOfCells } from '../../src/attention/mask';
import { fromCells, has } from '../../src/attention/runs';
import { aheadOf } from '../../src/masks/analysis/ahead';
import { blocksOf, EMPTY, FULL, PARTIAL, sparsity } from '../../src/masks/analysis/blocks';
import { needOf, goneFrom } from '../../src/masks/analysis/need';
import { firstOff, profileOf } from '../../src/masks/analysis/profile';
import { layersUntil, reachOf } from '../../src/masks/analysis/reach';
import { layersOf } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { timed } from '../support/cpu';

const T = 13;
const anyCells = fc.uint8Array({ minLength: T * T, maxLength: T * T, max: 1 });
const causalCells = anyCells.map((cells) =>
  cells.map((cell, i) => (i % T <= Math.floor(i / T) ? cell : 0)),
);

describe('tokens that must be there together', () => {
  const of = (text: string, tokens = 24) => aheadOf(maskOf(read(text), tokens));

  test('are those of a span, a prefix or a block, and later ones continue after them', () => {
    expect(of('causal')).toEqual({ stretches: [], goesOn: true });
    expect(of('causal | span(3, 7)')).toEqual({ stretches: [[3, 8]], goesOn: true });
    expect(of('causal | prefix(5)')).toEqual({ stretches: [[0, 5]], goesOn: true });
    expect(of('causal | chunk(8)').stretches).toEqual([
      [0, 8],
      [8, 16],
      [16, 24],
    ]);
  });

  test('are whole texts in an encoder, and none continues after them', () => {
    expect(of('window(4) & !ahead(4)')).toEqual({ stretches: [[0, 24]], goesOn: false });
    expect(of('documents(6, 10)')).toEqual({
      stretches: [
        [0, 6],
        [6, 10],
        [10, 24],
      ],
      goesOn: false,
    });
  });

  test('are the shortest stretches that no query reads past', () => {
    fc.assert(
      fc.property(anyCells, (cells) => {
        const { stretches } = aheadOf(maskOfCells(cells, T, T));
        const inside = (q: number) => stretches.find(([from, to]) => from <= q && q < to);
        for (let q = 0; q < T; q++)
          for (let k = q + 1; k < T; k++)
            if (cells[q * T + k]) expect(inside(q)).toBe(inside(k) ?? 'together');
        for (const [from, to] of stretches)
          for (let cut = from + 1; cut < to; cut++) {
            const crossed = Array.from({ length: cut - from }, (_, i) => from + i).some((q) =>
              cells.slice(q * T + cut, (q + 1) * T).includes(1),
            );
            expect(crossed).toBe(true);
          }
      }),
    );
  });
});

describe('blocks', () => {
  test('are full, partial or empty according to their cells', () => {
    fc.assert(
      fc.property(anyCells, fc.integer({ min: 1, max: 6 }), (cells, block) => {
        const view = blocksOf(maskOfCells(cells, T, T), block);
        const n = Math.ceil(T / block);
        let wasted = 0;
        for (let r = 0; r < n; r++)
          for (let c = 0; c < n; c++) {
            let open = 0;
            for (let q = r * block; q < Math.min(T, (r + 1) * block); q++)
              for (let k = c * block; k < Math.min(T, (c + 1) * block); k++)
                open += cells[q * T + k]!;
            const kind = open === 0 ? EMPTY : open === block * block ? FULL : PARTIAL;
            expect(view.kinds[r * n + c]).toBe(kind);
            if (kind === PARTIAL) wasted += block * block - open;
          }
        expect(view.wasted).toBe(wasted);
        expect(view.full + view.partial + view.empty).toBe(n * n);
      }),
    );
  });

  test('of 16,384 tokens are counted without single cells', () => {
    const view = blocksOf(maskOf(read('causal & window(512)'), 16_384), 128);
    // A window of 512 touches five blocks of 128: the diagonal's and the oldest are cut, the three between are whole.
    expect([view.full, view.partial]).toEqual([3 * 128 - (1 + 2 + 3), 128 + 124]);
    expect(sparsity(view)).toBeCloseTo(1 - (128 * 5 - 10) / 128 ** 2, 9);
  });
});

test('a profile counts keys, and shows a window that is one too long', () => {
  const own = profileOf(maskOf(read('causal & window(4)'), T));
  expect([...own.keys]).toEqual([1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
  expect([own.least, own.most, own.pairs]).toEqual([1, 4, 4 * T - 6]);
  expect(firstOff(own.keys, profileOf(maskOf(read('causal & window(5)'), T)).keys)).toBe(4);
  expect(firstOff(own.keys, own.keys)).toBeUndefined();
});

describe('reach', () => {
  test.each(plans.all.map(({ id }) => id))(
    'of %s equals the boolean product of its layers',
    (plan) => {
      const layers = layersOf({ ...DEFAULTS, plan, window: 3, chunk: 3, layers: 4 });
      const masks = layers.map((layer) => maskOf(expressionOf(layer), T));
      for (const query of [0, 5, T - 1]) {
        const cone = reachCone(layers, T, query);
        reachOf(masks, query).forEach((runs, l) => expect(runs).toEqual(fromCells(cone[l]!, 0, T)));
      }
    },
  );

  test('is correct for any masks, with the first layer at which a key arrives', () => {
    fc.assert(
      fc.property(anyCells, anyCells, fc.nat(T - 1), fc.nat(T - 1), (a, b, query, key) => {
        const masks = [maskOfCells(a, T, T), maskOfCells(b, T, T)];
        const through = Array.from({ length: T }, (_, m) => m).some(
          (m) => (b[query * T + m]! || m === query) && (a[m * T + key]! || m === key),
        );
        expect(has(reachOf(masks, query)[0]!, key)).toBe(through);
        const first = query === key ? 0 : a[query * T + key] ? 1 : through ? 2 : undefined;
        expect(layersUntil(masks, query, key)).toBe(first);
      }),
    );
  });

  test('of 16,384 tokens through twelve local layers is quick', () => {
    const mask = maskOf(read('causal & window(512)'), 16_384);
    const layers = Array.from({ length: 12 }, () => mask);
    const { ms, value } = timed(() => reachOf(layers, 16_383));
    expect(ms).toBeLessThan(2000);
    expect(value[0]).toEqual([16_384 - (1 + 12 * 511), 16_384]);
  });
});

describe('a cache', () => {
  test('must hold what a later query still reads, and no more', () => {
    fc.assert(
      fc.property(causalCells, (cells) => {
        const need = needOf(maskOfCells(cells, T, T));
        for (let t = 0; t < T; t++) {
          let held = 0;
          for (let k = 0; k <= t; k++) {
            const later = Array.from({ length: T - t - 1 }, (_, i) => t + 1 + i).some(
              (q) => cells[q * T + k],
            );
            if (later || k === t) held++;
          }
          expect(need.held[t]).toBe(held);
        }
      }),
    );
  });

  test('of a local layer is a ring of W, of a global one as long as the text and not a ring, and both match the patterns’ counts', () => {
    for (const plan of ['local', 'global'] as const) {
      const [layer] = layersOf({ ...DEFAULTS, plan, window: 4 });
      const need = needOf(maskOf(expressionOf(layer!), 64));
      expect(need.ring).toBe(plan === 'local');
      expect(need.slots).toBe(cachedKeys(layer!, 64));
    }
    expect(needOf(maskOf(read('causal & (window(4) | sink(2))'), 64))).toMatchObject({
      slots: 6,
      ring: false,
    });
    expect(needOf(maskOf(read('causal & chunk(8)'), 64)).slots).toBe(8);
  });

  test('is a ring only if the oldest key leaves as queries move on, and not if padding or a document ends', () => {
    const edge = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(edge, edge, fc.integer({ min: 2, max: 20 }), (left, right, window) => {
        const of = (text: string) => needOf(maskOf(read(text), 64));
        const padding = `!padding(${left}, ${right})`;
        expect(of(`causal & ${padding}`).ring).toBe(false);
        expect(of(`causal & documents(${left + 1}, ${left + right + 2})`).ring).toBe(false);
        expect(of(`causal & window(${window}) & !padding(${left}, 0)`)).toMatchObject({
          ring: true,
          slots: window,
        });
      }),
    );
    // Padding is dropped in order of arrival; the rest is read on.
    expect(needOf(maskOf(read('causal & !padding(10, 0)'), 64))).toMatchObject({
      slots: 54,
      inOrder: true,
    });
  });

  test('that is too short has lost keys the prefill reads', () => {
    const mask = maskOf(read('causal & (window(4) | sink(2))'), 12);
    expect(goneFrom(mask, 4, 9)).toEqual([0, 1]);
    expect(goneFrom(maskOf(read('causal & window(4)'), 12), 4, 9)).toEqual([]);
    expect(goneFrom(maskOf(read('causal & window(5)'), 12), 4, 9)).toEqual([5]);
    expect(cellsOf(mask)[9 * 12 + 5]).toBe(0);
  });
});
