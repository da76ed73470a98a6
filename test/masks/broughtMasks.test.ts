/**
 * @file Masks that engineers brought in public reports, reduced to the smallest file that shows each problem, with the
 * right answers: what the workbench says about them, called as the page calls it.
 */
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf, fromRule, type Mask } from '../../src/attention/mask';
import { has } from '../../src/attention/runs';
import { npyOf } from '../../src/masks/save';
import { writtenOf } from '../../src/state/answers.svelte';
import { bring, npyOfNumbers, surveyed } from '../support/brought';

const bringMask = (mask: Mask) => bring('mask.npy', Buffer.from(npyOf(mask)));

describe('a mask is queries × keys, and stays so', () => {
  test('13: a window counted by the rows of a chunked prefill reads everything, and no row is made up', async () => {
    const brought = await bring('13-window-by-suffix-rows.npy');
    expect(brought.opened.doc).toMatchObject({ T: 12, queries: 4 });
    expect(await brought.difference('causal & window(4)')).toEqual({ cells: 26, first: [0, 0] });
    expect(await brought.findings('causal & window(4)')).toEqual(['L9 at 3, 0']);
    expect(await brought.pairs()).toBe(42);
    expect(brought.says).toContain('Its 4 queries are at positions 8 to 11 of 12 keys');
  });

  test.each(['23-triangle-at-the-top-left.npy', '23b-triangle-at-the-top-left-additive.npy'])(
    '%s: a triangle aligned at the top left is recognised, and L7 says so',
    async (name) => {
      const brought = await bring(name);
      expect(brought.says).toContain('plain causal');
      expect(brought.says).toContain('aligned at the top left');
      expect(await brought.findings()).toEqual(['L7 at 3, 11']);
      expect(await brought.findings('causal')).toEqual(['L7 at 3, 11']);
      expect(await brought.difference('causal')).toEqual({ cells: 32, first: [0, 1] });
    },
  );

  test.each([
    ['15a-cross-attention-10x6.npy', 6],
    ['15b-cross-attention-10x12.npy', 12],
  ])('%s: queries of another sequence, three of which read nothing', async (name, keys) => {
    const brought = await bring(name);
    expect(brought.opened.doc).toMatchObject({ T: keys, queries: 10 });
    expect(brought.says).toContain('no mask at all');
    const [finding, ...others] = await brought.findings();
    expect(finding).toMatch(/^L1 at 0, /);
    expect(others).toEqual([]);
    expect(await brought.pairs()).toBe(7 * keys);
  });

  test('18: the trees of speculative decoding, a square one and one over a cache', async () => {
    expect(await (await bring('18a-tree-5x5.txt')).difference('causal')).toEqual({
      cells: 4,
      first: [2, 1],
    });
    const cached = await bring('18b-tree-4x10.txt');
    expect(await cached.difference('causal')).toEqual({ cells: 6, first: [1, 6] });
  });
});

describe('every plane of a file is checked', () => {
  const T = 64;
  const planes = (...texts: string[]) =>
    Buffer.concat(texts.map((text) => cellsOf(maskOf(read(text), T)))) as Uint8Array;

  test('a head that reads the future is named even if another head is shown', async () => {
    const cells = planes('causal', 'causal', 'causal', 'causal');
    cells[2 * T * T + 10 * T + 20] = 1;
    const brought = await bring('mask.npy', npyOfNumbers([1, 4, T, T], cells));
    expect(await brought.findings()).toEqual([]); // of head 0
    const { of, alike } = await surveyed(brought);
    expect([of, alike.map(({ count }) => count)]).toEqual([4, [3, 1]]);
    expect(alike[1]).toMatchObject({
      planes: [[0, 2]],
      apart: { cells: 1, first: { query: 10, key: 20 } },
    });
    expect(alike[1]!.findings.map(({ code }) => code)).toEqual(['L3']);
  });

  test('a head without a mask is wrong if the others have one', async () => {
    const brought = await bring(
      'mask.npy',
      npyOfNumbers([3, T, T], planes('causal', 'causal | ahead(1)', 'causal')),
    );
    const [, odd] = (await surveyed(brought)).alike;
    expect(odd).toMatchObject({ is: 'causal | ahead(1)', asOthers: true, off: { cells: 0 } });
    expect(odd!.findings.map(({ code }) => code)).toEqual(['L3']);
  });

  test('a batch of paddings has many masks, and none of them is plain causal', async () => {
    const texts = ['causal', 'causal & !padding(3, 0)', 'causal & !padding(9, 0)'];
    const brought = await bring('mask.npy', npyOfNumbers([3, 1, T, T], planes(...texts)));
    const { alike } = await surveyed(brought);
    expect(alike.map(({ is }) => is).toSorted()).toEqual(texts.toSorted());
    const codes = alike.map(({ findings }) => findings.map(({ code }) => code));
    expect(codes.flat()).toContain('L1');
    // A text without padding is not wrong because another has some.
    const plain = alike.findIndex(({ is }) => is === 'causal');
    expect(codes[plain]).toEqual([]);
  });

  test('heads with different weights and equal masks are alike', async () => {
    const weights = (text: string, lean: number) => {
      const mask = maskOf(read(text), T);
      return Array.from({ length: T }, (_, q) => {
        const row = Array.from({ length: T }, (_, k) => (has(mask.row(q), k) ? 1 + lean * k : 0));
        const sum = row.reduce((a, b) => a + b, 0);
        return row.map((one) => one / sum);
      }).flat();
    };
    const heads = [0, 0.5, 2].flatMap((lean) => weights('causal & window(16)', lean));
    const cells = Float32Array.from([...heads, ...weights('causal & window(17)', 1)]);
    const brought = await bring(
      'weights.npy',
      npyOfNumbers([1, 4, T, T], new Uint8Array(cells.buffer), '<f4'),
    );
    expect(brought.says).toContain('These are attention weights');
    const { alike } = await surveyed(brought);
    expect(alike.map(({ count }) => count)).toEqual([3, 1]);
    expect(alike[1]).toMatchObject({ planes: [[0, 3]], asOthers: true });
    expect(alike[1]!.findings.map(({ code }) => code)).toEqual(['L5']);
  });

  test('global layers among local ones are a design, and a layer that reads the future is not', async () => {
    const [local, wrong] = ['causal & window(8)', 'window(8)'];
    const layers = [
      ...Array<string>(5).fill(local),
      'causal',
      ...Array<string>(5).fill(local),
      wrong,
    ];
    const brought = await bring('mask.npy', npyOfNumbers([12, T, T], planes(...layers)));
    expect(brought.opened.doc.layers).toHaveLength(12);
    const { alike } = await surveyed(brought);
    const found = alike.map(({ planes, findings }) => [
      planes[0]![0],
      findings.map(({ code }) => code),
    ]);
    expect(found).toEqual([
      [0, []],
      [5, []],
      [11, ['L3']],
    ]);
  });
});

describe('one wrong cell is found', () => {
  test('one token of padding on the left is padding, not a wrong cell', async () => {
    const brought = await bringMask(maskOf(read('causal & !padding(1, 0)'), 48));
    expect(brought.says).toContain('causal & !padding(1, 0)');
    expect(brought.opened.meant).toBeUndefined();
    expect(await brought.findings()).toEqual(['L1 at 0, 0']);
  });

  test('a pattern with few wrong cells is opened with its repaired version, and each wrong cell can be selected', async () => {
    const T = 64;
    const places = [5 * T + 40, 30 * T + 2, 30 * T + 50, 63 * T + 20];
    const cells = cellsOf(maskOf(read('causal & window(8)'), T));
    for (const at of places) cells[at] = 1 - cells[at]!;
    const { desk, opened } = await bring('mask.npy', npyOfNumbers([T, T], cells));
    expect(opened.meant).toBe('causal & window(8)');
    const mask = writtenOf(opened.doc.layers[0]!, T);
    const other = writtenOf({ expression: read(opened.meant!), paint: [] }, T);
    const seen: number[] = [];
    let cell: { query: number; key: number } | undefined;
    for (let i = 0; i <= places.length; i++) {
      ({ cell } = await desk.answer({ kind: 'next', mask, other, ...(cell && { after: cell }) }));
      seen.push(cell!.query * T + cell!.key);
    }
    expect(seen).toEqual([...places, places[0]]);
    const none = { kind: 'next', mask: other, other } as const;
    expect(await desk.answer(none)).toEqual({});
  });

  test('24: a cell of the future at query 1200, of 1,300', async () => {
    const brought = await bring('one-future-cell-at-1200.png');
    expect(await brought.findings('causal')).toEqual(['L3 at 1200, 1250']);
    expect(await brought.difference('causal')).toEqual({ cells: 1, first: [1200, 1250] });
    expect(await brought.pairs()).toBe(845_651);
  });
});

describe('correct results stay correct', () => {
  test('26: chunks counted from the text, and from the padding', async () => {
    const right = await bring('26a-chunks-from-the-text.npy');
    expect(await right.difference('causal & documents(2, 6, 10) & !padding(2, 0)')).toEqual({
      cells: 0,
    });
    const wrong = await bring('26b-chunks-from-the-padding.npy');
    expect(await wrong.difference('causal & documents(2, 6, 10) & !padding(2, 0)')).toEqual({
      cells: 16,
      first: [4, 2],
    });
    expect(await wrong.findings('causal & documents(2, 6, 10) & !padding(2, 0)')).toContain(
      'L12 at 6, 4',
    );
  });

  test('27: segments in which queries and keys have different borders', async () => {
    const brought = await bring('27-segments-ignored.npy');
    expect(await brought.difference('documents(9)')).toEqual({ cells: 54, first: [0, 9] });
    expect(await brought.findings('documents(9)')).toEqual(['L12 at 0, 9']);
  });
});

describe('block-causal masks', () => {
  test.each([
    ['12a-block-causal-64-8.npy', 8, 2304],
    ['12f-block-causal-2048-128.png', 128, 2_228_224],
  ])('12: %s is causal | chunk(%i)', async (name, size, pairs) => {
    const brought = await bring(name);
    expect(brought.says).toContain(`This is causal | chunk(${size})`);
    expect(await brought.difference(`causal | chunk(${size})`)).toEqual({ cells: 0 });
    expect(await brought.pairs()).toBe(pairs);
    expect(await brought.findings()).toEqual([]);
  });

  test('12b: 1,280 tokens in blocks of 16', async () => {
    const brought = await bringMask(
      fromRule(1280, 1280, (q, k) => Math.floor(k / 16) <= Math.floor(q / 16)),
    );
    expect(brought.says).toContain('This is causal | chunk(16)');
    expect(await brought.pairs()).toBe(829_440);
    expect(await brought.findings()).toEqual([]);
  });

  test('12c, 12d: packed, with blocks from each document and with blocks from the row', async () => {
    const rows = await bring('12d-block-causal-packed-global-blocks.npy');
    expect(rows.says).toContain('This is (causal | chunk(4)) & documents(10)');
    const right = await bring('12c-block-causal-packed-right.npy');
    const difference = await right.difference('(causal | chunk(4)) & documents(10)');
    expect(difference).toEqual({ cells: 24, first: [10, 12] });
  });

  test('12e: chunks with one to the left', async () => {
    const brought = await bring('12e-streaming-chunks-one-left.npy');
    expect(brought.says).toMatch(/^This is /);
    expect(await brought.findings()).toEqual([]);
  });
});

describe('spans in the middle of a text that read both ways', () => {
  const MEANT = 'causal | span(2, 5) | span(8, 11)';

  test('11a: two images are not a leak', async () => {
    const brought = await bring('11a-two-images-right.npy');
    expect(brought.says).toContain(`This is ${MEANT}`);
    expect(await brought.findings()).toEqual([]);
    expect(await brought.findings(MEANT)).toEqual([]);
  });

  test('one cell of the future next to an image is not an image of two tokens', async () => {
    const spans = maskOf(read(MEANT), 14);
    const brought = await bringMask(
      fromRule(14, 14, (q, k) => has(spans.row(q), k) || (q === 12 && k === 13)),
    );
    expect(brought.opened.meant).toBe(MEANT);
    expect(await brought.findings()).toEqual(['L3 at 12, 13']);
  });

  test('11b: images that read one another, and 11c: truncated images', async () => {
    const both = await bring('11b-two-images-all-read-all.npy');
    expect(await both.difference(MEANT)).toEqual({ cells: 16, first: [2, 8] });
    expect(await both.findings(MEANT)).toEqual(['L3 at 2, 8']);
    const cut = await bring('11c-two-images-plain-causal.npy');
    expect(await cut.difference(MEANT)).toEqual({ cells: 12, first: [2, 3] });
    expect(await cut.findings(MEANT)).toEqual(['L15 at 2, 3']);
  });
});
