/**
 * @file Painted rectangles through every format that carries them: text, link, worker, file. None may change on the
 * way.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, parseHash } from '../../src/app/route';
import { Desk } from '../../src/masks/desk';
import { fromAddress, LONGEST_ADDRESS, maskOfLayer, type LayerDoc } from '../../src/masks/doc';
import { read } from '../../src/attention/parse';
import { MAX_TOKENS, pairsOf } from '../../src/attention/mask';
import {
  MAX_RECTANGLES,
  readRectangles,
  sayLeftOut,
  writeRectangles,
  type Rectangle,
} from '../../src/masks/paint';
import { has } from '../../src/attention/runs';
import { jsonOf, readJson } from '../../src/masks/save';
import { writtenOf } from '../../src/state/answers.svelte';
import { Workbench } from '../../src/state/workbench.svelte';

/** [from, to) inside 0..T. Short and long ones, including starts whose base-36 digits begin with x. */
const stretchIn = (T: number) =>
  fc
    .oneof(
      fc.nat(T - 1),
      fc.constantFrom(
        ...[0, 12, 33, 35, 36, 1187, 1188, 1200, 1223, 1224, T - 1].filter((n) => n < T),
      ),
    )
    .chain((from) =>
      fc
        .oneof(fc.integer({ min: 1, max: T - from }), fc.constantFrom(1, T - from))
        .map((length) => [from, from + length] as const),
    );
const rectangleIn = (T: number): fc.Arbitrary<Rectangle> =>
  fc
    .tuple(stretchIn(T), stretchIn(T), fc.boolean())
    .map(([[query, toQuery], [key, toKey], open]) => ({ query, toQuery, key, toKey, open }));
/** T anywhere, more often large enough for a query of 1,188 to 1,223, and rectangles inside it. */
const painting = fc
  .oneof(fc.integer({ min: 2, max: MAX_TOKENS }), fc.constantFrom(1189, 1224, 1300, MAX_TOKENS))
  .chain((T) =>
    fc.record({
      T: fc.constant(T),
      paint: fc.array(rectangleIn(T), { minLength: 1, maxLength: 8 }),
    }),
  );
const causal = read('causal');
const docOf = (T: number, paint: readonly Rectangle[]) => ({
  T,
  layers: [{ expression: causal, paint }],
});
const nothingLeftOut = { dropped: 0, beyond: 0, unclear: [] };

describe('any rectangles within 16,384 × 16,384', () => {
  test('are read back from their text', () => {
    fc.assert(
      fc.property(painting, ({ T, paint }) => {
        const size = { queries: T, keys: T };
        expect(readRectangles(writeRectangles(paint), size)).toEqual({
          rectangles: paint,
          ...nothingLeftOut,
        });
      }),
      { numRuns: 500 },
    );
  });

  test('are read back from the workbench’s link, which needs no escaping', () => {
    fc.assert(
      fc.property(painting, ({ T, paint }) => {
        const workbench = new Workbench();
        workbench.show(docOf(T, paint));
        const hash = new URL(
          hashOf({ page: 'masks', query: workbench.query }),
          'https://a.example/',
        ).hash;
        expect(hash).toBe(`#/masks?${workbench.query}`);
        const opened = new Workbench(parseHash(hash).query);
        expect(opened.notes).toEqual([]);
        expect(opened.doc).toEqual(docOf(T, paint));
      }),
      { numRuns: 300 },
    );
  });

  test('are the cells that the worker uses', async () => {
    const desk = new Desk();
    await fc.assert(
      fc.asyncProperty(painting, async ({ T, paint }) => {
        const layer: LayerDoc = { expression: causal, paint };
        const mask = maskOfLayer(layer, T);
        const side = Math.min(T, 8);
        for (const { query, key } of paint) {
          const viewport = { query: Math.min(query, T - side), key: Math.min(key, T - side), side };
          const question = {
            kind: 'tile',
            mask: writtenOf(layer, T),
            viewport,
            pixels: side,
          } as const;
          const { cells } = await desk.answer(structuredClone(question));
          const meant = Array.from({ length: side * side }, (_, i) =>
            has(mask.row(viewport.query + Math.floor(i / side)), viewport.key + (i % side))
              ? 255
              : 0,
          );
          expect([...cells]).toEqual(meant);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('are read back from a saved file', () => {
    fc.assert(
      fc.property(painting, ({ T, paint }) => {
        expect(readJson(jsonOf(docOf(T, paint)))).toEqual(docOf(T, paint));
      }),
    );
  });
});

describe('a mask with the largest number of rectangles', () => {
  const far = MAX_TOKENS - MAX_RECTANGLES;
  const most = Array.from({ length: MAX_RECTANGLES }, (_, i): Rectangle => ({
    query: far + i,
    toQuery: far + i + 1,
    key: 5000 + (i % 2),
    toKey: MAX_TOKENS,
    open: i % 3 === 0,
  }));

  test('fits in a link', () => {
    const workbench = new Workbench();
    workbench.show(docOf(MAX_TOKENS, most));
    expect(workbench.tooLong).toBeUndefined();
    expect(new Workbench(workbench.query).doc).toEqual(workbench.doc);
  });

  test('gets no further rectangle, and the page says so', () => {
    const workbench = new Workbench();
    const doc = docOf(MAX_TOKENS, most);
    workbench.show(doc);
    workbench.paint({ query: 0, toQuery: 1, key: 0, toKey: 1, open: false });
    expect(workbench.doc).toBe(doc);
    expect(workbench.problem).toBe(
      'a layer can have at most 2000 painted rectangles, so this one was not added',
    );
  });

  test('in two layers does not fit; the page says so, and a link cut short has no half rectangle', () => {
    const workbench = new Workbench();
    const layer = { expression: causal, paint: most };
    workbench.show({ T: MAX_TOKENS, layers: [layer, { ...layer, paint: most.slice(1) }] });
    expect(workbench.tooLong).toMatch(
      /^these masks need a link of \d+ characters; the limit is 48000\. Save them as JSON instead$/,
    );
    const { doc, notes } = fromAddress(workbench.query);
    expect(notes).toEqual(['the address is longer than 48000 characters; the rest was not read']);
    expect(doc.layers[0]!.paint).toEqual(most);
    const rest = doc.layers[1]!.paint;
    expect(rest.length).toBeGreaterThan(100);
    expect(rest).toEqual(most.slice(1, 1 + rest.length));
    for (let more = 1; more < 40; more++) {
      const padded = fromAddress(`${'&'.repeat(more)}${workbench.query}`).doc.layers[1]!.paint;
      expect(padded).toEqual(most.slice(1, 1 + padded.length));
    }
    expect(workbench.query.length).toBeGreaterThan(LONGEST_ADDRESS);
  });
});

test('a layer that a URL paints twice has all of its rectangles, in their order', () => {
  const { doc, notes } = fromAddress('T=32&layer=causal&paint=0:1.5.1.1&paint=0:~2.2.1.1&paint=0:');
  expect(doc.layers[0]!.paint.map(({ query, open }) => [query, open])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(notes).toEqual([]);
});

describe('an older link, in which x before a rectangle blocks it', () => {
  const readIn = (T: number, text: string) => readRectangles(text, { queries: T, keys: T });
  /** As older links had it: x before a blocked rectangle, and nothing before others. */
  const older = ({ query, key, toQuery, toKey, open }: Rectangle) =>
    (open ? '' : 'x') +
    [query, key, toQuery - query, toKey - key].map((n) => n.toString(36)).join('.');

  test('is read with its original meaning, or refused, but never misread', () => {
    fc.assert(
      fc.property(painting, ({ T, paint }) => {
        for (const one of paint) {
          const { rectangles, dropped, unclear } = readIn(T, older(one));
          expect(dropped).toBe(0);
          if (unclear.length > 0) {
            const [{ opened, blocked }] = unclear as [(typeof unclear)[0]];
            expect([opened, blocked]).toContainEqual(one);
            expect([opened.open, blocked.open]).toEqual([true, false]);
          } else expect(rectangles).toEqual([one]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is refused only if both readings lie inside the mask', () => {
    const low: Rectangle = { query: 12, toQuery: 13, key: 5, toKey: 6, open: false };
    const high: Rectangle = { query: 1200, toQuery: 1201, key: 5, toKey: 6, open: true };
    expect(older(low)).toBe(older(high));
    expect(readIn(1200, 'xc.5.1.1')).toEqual({ rectangles: [low], ...nothingLeftOut });
    expect(readIn(1201, 'xc.5.1.1')).toEqual({
      rectangles: [],
      dropped: 0,
      beyond: 0,
      unclear: [{ opened: high, blocked: low }],
    });
    // Two digits after the x: a query of 42,768 and more is in no mask. None: there is nothing to block.
    expect(readIn(MAX_TOKENS, 'xc0.5.1.1-x.5.1.1').rectangles).toMatchObject([
      { query: 432, open: false },
      { query: 33, open: true },
    ]);
  });

  test('says on the page what it left out, and shows the rest', () => {
    const workbench = new Workbench('T=1300&layer=causal&paint=0:xc.0.1.1-~5.0.1.1-x10.0.1.1');
    expect(workbench.notes).toEqual([
      '1 painted rectangle of this older link can be read in two ways, as query 1200 opened or as query 12 blocked; it was left out, so paint it again',
    ]);
    expect(workbench.current.paint.map(({ query, open }) => [query, open])).toEqual([
      [5, false],
      [36, false],
    ]);
    expect(sayLeftOut(readIn(1300, 'xc.0.1.1-x0.0.1.1-nonsense'))).toEqual([
      '1 painted rectangle could not be read',
      '2 painted rectangles of this older link can be read in two ways, the first as query 1200 opened or as query 12 blocked; they were left out, so paint them again',
    ]);
  });

  test('never reaches the worker in part: text that cannot be read whole is an error there', async () => {
    const mask = { T: 1300, expression: 'causal', paint: 'xc.0.1.1' };
    await expect(new Desk().answer({ kind: 'numbers', mask, block: 64 })).rejects.toThrow(
      '1 painted rectangle did not reach the worker',
    );
  });
});

test('one future cell at (1200, 1250) of 1,300 tokens is found there, counted, and survives its link', async () => {
  const bytes = readFileSync('test/fixtures/masks/one-future-cell-at-1200.png');
  const desk = new Desk();
  const { opened } = await desk.answer({
    kind: 'open',
    files: [{ name: 'mask.png', bytes: Uint8Array.from(bytes) }],
  });
  const first = new Workbench();
  first.show(opened.doc, opened.more);
  for (const workbench of [first, new Workbench(first.query)]) {
    const mask = writtenOf(workbench.current, workbench.doc.T);
    const other = { T: 1300, expression: 'causal', paint: '' };
    const findings = await desk.answer({ kind: 'findings', layers: [{ mask, count: 1 }] });
    expect(findings).toMatchObject([{ code: 'L3', cell: { query: 1200, key: 1250 } }]);
    const { profile } = await desk.answer({ kind: 'numbers', mask, block: 64 });
    expect(profile.pairs).toBe(845_651); // 1,300 · 1,301 / 2 + 1
    expect(pairsOf(workbench.mask)).toBe(845_651);
    expect(await desk.answer({ kind: 'difference', mask, other })).toMatchObject({
      cells: 1,
      first: { query: 1200, key: 1250 },
    });
  }
});
