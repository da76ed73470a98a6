/**
 * @file Noise is not a pattern: some pattern is always nearest, but nothing may be concluded from it. A pattern with
 * wrong cells is one, and is named.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { fromRule, maskOfCells, pairsOf, type Mask } from '../../src/attention/mask';
import { random } from '../../src/core/random';
import { recognise } from '../../src/masks/foreign/recognise';
import { npyOf } from '../../src/masks/save';
import { bring, npyOfNumbers, surveyed } from '../support/brought';
import { draws } from '../support/draws';
import { FAMILIES, matrixOf, spoilt } from './patterns';

/** Lints that do not compare a mask with its intention; dead rows, unread keys and fills are wrong in any mask. */
const WITHOUT_INTENT = ['L1', 'L2', 'L8', 'L18'];

function noise(queries: number, keys: number, density: number, seed: number): Mask {
  const chance = random(seed);
  return fromRule(queries, keys, () => chance.next() < density);
}

const bringMask = (mask: Mask) => bring('mask.npy', Buffer.from(npyOf(mask)));

const drawn = (most: number) =>
  fc.record({
    queries: fc.integer({ min: 8, max: most }),
    keys: fc.integer({ min: 8, max: most }),
    square: fc.boolean(),
    density: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
    seed: fc.nat(2 ** 30),
  });

/** So few cells of so small a mask may form a pattern by chance; then it is exactly that pattern. */
const isOne = (says: string) => /^This is |1 cell differs/.test(says);
/** Nearly all cells read, or nearly none: noise and a mask without a pattern look the same. */
const isConstant = (mask: Mask) => {
  const [all, read] = [mask.queries * mask.keys, pairsOf(mask)];
  return Math.min(read, all - read) <= 3;
};

describe('noise', () => {
  test.each([
    ['small', 64, 60],
    ['large', 512, 6],
  ] as const)(
    '%s, of any density, square or not, has no pattern, and no finding that needs one',
    async (_, most, runs) => {
      await fc.assert(
        fc.asyncProperty(drawn(most), async ({ queries, keys, square, density, seed }) => {
          const mask = noise(square ? keys : queries, keys, density, seed);
          if (isConstant(mask)) return;
          // Read as it is: this test is not about which value means visible.
          const { says, known } = recognise(matrixOf(mask, [1, 0]), { polarity: 'nonzero' });
          if (isOne(says)) return;
          expect(known, says).toBe(false);
          expect(says).toContain('not a pattern that we know');
          const brought = await bringMask(mask);
          expect(brought.opened.meant).toBeUndefined();
          const found = (await brought.findings()).map((one) => one.split(' ')[0]);
          expect(found.filter((code) => !WITHOUT_INTENT.includes(code!))).toEqual([]);
        }),
        draws(runs),
      );
    },
  );

  test('one plane of noise among others is reported as such, and the others are not compared with it', async () => {
    const T = 32;
    const planes = [1, 2, 3].map((seed) => noise(T, T, 0.3, seed));
    const cells = planes.map((mask) => npyOf(mask).slice(-T * T));
    const brought = await bring('mask.npy', npyOfNumbers([1, 3, T, T], Buffer.concat(cells)));
    const { alike } = await surveyed(brought);
    expect(alike.map(({ is }) => is)).toEqual([undefined, undefined, undefined]);
    const codes = alike.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(codes.filter((code) => !WITHOUT_INTENT.includes(code))).toEqual([]);
  });
});

describe('with one cell of 50 flipped, it is still named:', () => {
  // Everything, and one cell of 50 blocked, is noise in which 98 % may be read.
  test.each(Object.keys(FAMILIES).filter((family) => family !== 'everything'))('%s', (family) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 90 }),
        fc.nat(2 ** 30),
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        (T, seed, share) => {
          const chance = random(seed);
          const draw = (min: number, max: number) => {
            const top = Math.max(min, Math.floor(max));
            return Math.min(top, Math.floor(min + chance.next() * (top - min + 1)));
          };
          const text = FAMILIES[family]!(T, draw);
          const mask = maskOf(read(text), T);
          const all = T * T;
          const [open, wrong] = [pairsOf(mask), Math.floor(share * all)];
          // Parameters that fill the sequence leave next to nothing of a pattern.
          if (Math.min(open, all - open) < Math.max(T / 2, wrong)) return;
          const places = new Set<number>();
          while (places.size < wrong) places.add(Math.floor(chance.next() * all));
          const { known, says, nearest } = recognise(matrixOf(spoilt(mask, places), [1, 0]), {
            polarity: 'nonzero',
          });
          expect(
            known,
            `${text} of ${T}, ${wrong} wrong: ${write(nearest.expression)}; ${says}`,
          ).toBe(true);
        },
      ),
      draws(10),
    );
  });

  test('a diagonal in noise of one cell in 50, with 256 tokens', () => {
    const chance = random(5);
    const T = 256;
    const cells = Uint8Array.from({ length: T * T }, (_, i) =>
      Number((i % (T + 1) === 0) !== chance.next() < 0.02),
    );
    const { says } = recognise(matrixOf(maskOfCells(cells, T, T), [1, 0]));
    expect(says).toContain('Nearest is a causal window of 1');
  });
});
