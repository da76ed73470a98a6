import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief, maskOf, rowsOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { MAX_CONTENT, readRows } from '../../src/attention/given';
import { byName, namesInAddress, rowsNamed } from '../../src/attention/rowNames';
import { writeRows } from '../../src/attention/writeRows';
import { lookForRows } from '../../src/attention/rowTexts';
import { cellsOf, fromRule, positionOf, type Mask } from '../../src/attention/mask';
import { clip, equal, minus, run, union, type Runs } from '../../src/attention/runs';
import { InputError } from '../../src/core/check';
import { random as randomOf } from '../../src/core/random';
import { draws } from '../support/draws';

/** Masks as users open them: noise of any density, bands, and repeated rows, with some cells flipped. */
const anyMask = (most: number) =>
  fc
    .record({
      T: fc.integer({ min: 1, max: most }),
      seed: fc.nat(1e6),
      density: fc.constantFrom(0, 0.02, 0.5, 0.9, 1),
      shape: fc.constantFrom('noise', 'band', 'stripes'),
    })
    .map(({ T, seed, density, shape }): Mask => {
      const random = randomOf(seed);
      return fromRule(T, T, (q, k) => {
        const noise = random.next() < density;
        if (shape === 'noise') return noise;
        const turned = density < 0.5 && noise;
        return (
          (shape === 'band' ? k <= q && q - k < 1 + (seed % T) : k % 7 === seed % 7) !== turned
        );
      });
    });

/** Masks as packing or hand editing produces them: a rule with a few exceptions. */
const SHAPES = ['band with defects', 'blocks', 'documents', 'ragged'] as const;
function shaped(shape: (typeof SHAPES)[number], T: number, seed: number) {
  const random = randomOf(seed, shape);
  const [size, ends] = [1 + random.below(Math.ceil(T / 4)), new Set<number>()];
  for (let i = 0; i < 6; i++) ends.add(1 + random.below(T - 1));
  const starts = [0, ...[...ends].sort((a, b) => a - b)];
  let from = 0;
  const rows = Array.from({ length: T }, (_, q): Runs => {
    switch (shape) {
      case 'band with defects': {
        const band = run(Math.max(0, q + 1 - size), q + 1);
        if (random.next() > 0.05) return band;
        const at = random.below(q + 1);
        return random.next() < 0.5 ? minus(band, run(at, at + 1)) : union(band, run(at, at + 1));
      }
      case 'blocks':
        return run(size * Math.floor(q / size), Math.min(T, size * Math.floor(q / size) + size));
      case 'documents':
        return run(
          starts.findLast((start) => start <= q)!,
          q + 1,
        );
      case 'ragged': // every row begins a little after the one above it, or far back
        from = random.next() < 0.02 ? 0 : Math.min(q, from + random.below(4));
        return run(from, q + 1);
    }
  });
  return { shape, mask: { queries: T, keys: T, row: (q: number) => rows[q]! } satisfies Mask };
}
const structured = fc
  .record({
    shape: fc.constantFrom(...SHAPES),
    T: fc.integer({ min: 96, max: 2048 }),
    seed: fc.nat(1e6),
  })
  .map(({ shape, T, seed }) => shaped(shape, T, seed));

const cells = (mask: Mask) => Buffer.from(cellsOf(mask)).toString('base64');
const given = (content: string): Mask => {
  const { T, queries, row } = readRows(content);
  return { queries, keys: T, row: (q) => row(positionOf({ queries, keys: T }, q)) };
};

/** Some of its rows, or its rows over some of its keys. */
const oblong = ({ keys, row }: Mask, few: number): readonly Mask[] => [
  { queries: few, keys, row },
  { queries: keys, keys: few, row: (q) => clip(row(q), 0, few) },
];

describe('rows kept as given', () => {
  test('any mask is read back as it was written', () => {
    fc.assert(
      fc.property(anyMask(96), (mask) => {
        const content = writeRows(mask);
        expect(content).toMatch(/^[\w-]+$/);
        expect(cells(given(content))).toBe(cells(mask));
        expect(writeRows(given(content))).toBe(content);
      }),
    );
  });

  test.each([512, 1000, 2048])(
    'noise of %i tokens is kept too, with an eighth of a byte per cell',
    (T) => {
      const random = randomOf(T);
      const mask = fromRule(T, T, () => random.next() < 0.5);
      const content = writeRows(mask);
      expect(content.length).toBeLessThan((T * T) / 6 + T);
      expect(content.length).toBeLessThan(MAX_CONTENT);
      expect(cells(given(content))).toBe(cells(mask));
    },
  );

  test('masks with some structure, of 96 to 2,048 tokens, keep every row', () => {
    const taken = new Map<string, number>();
    fc.assert(
      fc.property(structured, ({ shape, mask }) => {
        const T = mask.keys;
        const content = writeRows(mask);
        const back = given(content);
        for (let q = 0; q < T; q++) if (!equal(back.row(q), mask.row(q))) expect.fail(`row ${q}`);
        expect(writeRows(back)).toBe(content);
        // Never longer than its bits, one to three bytes of header per row, and the base64 overhead.
        expect(content.length).toBeLessThanOrEqual(Math.ceil((T * (T / 8 + 4) + 8) * (4 / 3)));
        taken.set(shape, Math.max(taken.get(shape) ?? 0, content.length / T));
      }),
      { ...draws(12), examples: SHAPES.map((shape) => [shaped(shape, 700, 3)]) },
    );
    expect([...taken.keys()].sort()).toEqual([...SHAPES].sort());
    // Characters per row: structured masks take few, up to what their defects need.
    for (const [shape, characters] of taken) expect(characters, shape).toBeLessThan(40);
  });

  test('masks that terms could describe take one line, however many tokens they have', () => {
    for (const text of ['causal', 'causal & (window(512) | sink(4))', 'causal & chunk(1024)']) {
      const mask = maskOf(read(text), 16_384);
      const content = writeRows(mask);
      expect(content.length).toBeLessThan(400);
      const { row } = readRows(content);
      for (const q of [0, 1, 1023, 1024, 9999, 16_383]) expect(row(q)).toEqual(mask.row(q));
    }
  });

  test('more runs of keys than fit are refused before they are written', () => {
    expect(() => writeRows(maskOf(read('causal & dilated(2)'), 4096))).toThrow(
      /4096 × 4096 has too many runs of keys/,
    );
  });

  test('can be part of an expression and are read back from it', () => {
    fc.assert(
      fc.property(anyMask(24), (mask) => {
        const text = `causal & !rows(${writeRows(mask)})`;
        const expression = read(text);
        expect(write(expression)).toBe(text);
        const T = mask.keys;
        expect(cellsOf(maskOf(expression, T))).toEqual(
          cellsOf(fromRule(T, T, (q, k) => k <= q && cellsOf(mask)[q * T + k] === 0)),
        );
      }),
    );
  });

  test('a long text has a name, and the name is resolved if the rows were seen or stored', () => {
    const random = randomOf(5);
    const content = writeRows(fromRule(64, 64, () => random.next() < 0.5));
    const text = `causal & rows(${content})`;
    const short = byName(text);
    expect(short).toMatch(/^causal & rows\(#64-[0-9a-f]{16}\)$/);
    expect(brief(read(text))).toBe(short);
    expect(write(read(short))).toBe(text);
    expect(namesInAddress(short)).toEqual([readRows(content).name]);
    // A name that was never seen is looked up in the page's store.
    const missing = '#64-0123456789abcdef';
    expect(() => read(`rows(${missing})`)).toThrow(/not kept in this browser.*Open that file/);
    lookForRows(() => content); // not the rows of that name
    expect(rowsNamed(missing)).toBeUndefined();
    lookForRows(() => 'harmed');
    expect(rowsNamed(missing)).toBeUndefined();
    lookForRows(() => undefined);
  });

  test('tokens after the last row read nothing', () => {
    const mask = maskOf(rowsOf(writeRows(maskOf(read('causal'), 8))), 12);
    expect(mask.row(7)).toEqual([0, 8]);
    expect(mask.row(8)).toEqual([]);
  });

  test('truncated, damaged or invented text is refused in words, at once', () => {
    const random = randomOf(7);
    const whole = writeRows(fromRule(200, 200, (q, k) => k <= q && random.next() < 0.1));
    const refused = (content: string) => {
      try {
        readRows(content);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).message).toMatch(/^the rows of a mask /);
        return (error as InputError).message;
      }
      return '';
    };
    for (const end of [0, 1, 2, 5, 100, whole.length - 4])
      expect(refused(whole.slice(0, end))).not.toBe('');
    expect(refused(`${whole.slice(0, 9)}+${whole.slice(10)}`)).toContain(
      "have '+' at character 10",
    );
    expect(refused(`${whole}AAAA`)).toContain('bytes more than 200 rows need');
    const bytes = (...all: number[]) => Buffer.from(all).toString('base64url');
    expect(refused(bytes(3, 8))).toContain('of version 3');
    expect(refused(bytes(2, 8, 8))).toContain('of 8 queries');
    expect(refused(bytes(1, 0))).toContain('of 0 tokens');
    expect(refused(bytes(1, 255, 255, 255, 127))).toContain('tokens');
    expect(refused(bytes(1, 255, 255, 255, 255, 255, 1))).toContain('more than four bytes');
    expect(refused(bytes(1, 8, 127))).toContain('go on to row');
    expect(refused(bytes(1, 8, 0, 100))).toContain('100 runs');
    expect(refused(bytes(1, 8, 0, 1, 2, 9))).toContain('ends at key 11 of 8');
    // 16,384 rows with 8,192 runs each, in some 16 kB.
    const every = [...Array(8191)].flatMap(() => [1, 1]);
    const started = performance.now();
    expect(refused(bytes(1, 128, 128, 1, 253, 255, 2, 255, 63, 0, 1, ...every.slice(2)))).toContain(
      'too many runs',
    );
    expect(performance.now() - started).toBeLessThan(5000);
    expect(refused('A'.repeat(MAX_CONTENT + 1))).toContain('characters long');
  });

  test('any bytes are read or refused in words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (noise, begun) => {
        const content = Buffer.from(begun ? [1, 60, ...noise] : noise).toString('base64url');
        try {
          const { T, row } = readRows(content);
          for (let q = 0; q < T; q++)
            row(q).forEach((at, i, all) => {
              expect(at).toBeGreaterThan(i === 0 ? -1 : all[i - 1]!);
              expect(at).toBeLessThanOrEqual(T);
            });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('may be fewer than keys: each keeps its query, and the other queries read nothing', () => {
    fc.assert(
      fc.property(anyMask(40), fc.nat(38), (mask, n) => {
        fc.pre(n + 1 < mask.keys);
        for (const one of oblong(mask, n + 1)) {
          const { queries, keys } = one;
          const content = writeRows(one);
          expect(cells(given(content))).toBe(cells(one));
          expect(cells(maskOf(rowsOf(content), keys, queries))).toBe(cells(one));
          if (queries < keys) expect(readRows(content).row(keys - queries - 1)).toEqual([]);
          expect(readRows(content).row(Math.max(keys, queries))).toEqual([]);
        }
      }),
    );
  });

  test('are read the same by Python', () => {
    const code = readFileSync('src/attention/given.py', 'utf8');
    const square = fc.sample(anyMask(40), { numRuns: 30, seed: 3 });
    const masks = square.flatMap((mask) => (mask.keys > 3 ? [mask, ...oblong(mask, 3)] : [mask]));
    const said = execFileSync(
      'python3',
      [
        '-c',
        `${code}\nimport sys, json\nprint(json.dumps([given(t) for t in json.load(sys.stdin)]))`,
      ],
      { input: JSON.stringify(masks.map(writeRows)), encoding: 'utf8' },
    );
    const read = JSON.parse(said) as boolean[][][];
    masks.forEach((mask, i) =>
      expect(Uint8Array.from(read[i]!.slice(positionOf(mask, 0)).flat(), Number)).toEqual(
        cellsOf(mask),
      ),
    );
  });
});
