/**
 * @file Prompts become tokens and tokens text, for every kind of vocabulary; characters without a token are counted and
 * named.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lettered, letteringOf, numbered, type Lettering } from '../../src/data/lettering';
import { sources } from '../../src/data/registry';

const read = (lettering: Lettering, prompt: string) => {
  const { tokens, strange, becomes } = lettering.read(prompt);
  return { tokens: [...tokens], strange: [...strange], becomes };
};

describe.each(sources.all.map((source) => [source.id, letteringOf(source)] as const))(
  '%s',
  (_, lettering) => {
    test('the text of its tokens is read as the same tokens', () => {
      const { size } = lettering.vocabulary;
      fc.assert(
        fc.property(fc.array(fc.nat(size - 1), { maxLength: 20 }), (ids) => {
          const written = lettering.write(ids);
          expect(lettering.pieces(ids).join('')).toBe(written);
          const again = lettering.read(written);
          expect(lettering.write(again.tokens)).toBe(written);
          // Only the sign for unknown characters has a token and no reading.
          const unknown = (lettering.vocabulary as { unknown?: string }).unknown;
          expect([...again.strange.keys()].filter((sign) => sign !== unknown)).toEqual([]);
        }),
      );
    });
  },
);

test('a task reads its signs with or without spaces, and skips and counts any others', () => {
  const task = letteringOf(sources.get('needle'));
  const sign = task.vocabulary.label(1);
  expect(read(task, ` ${sign}${sign}\n${sign} ☃ ☃`)).toEqual({
    tokens: [1, 1, 1],
    strange: [['☃', 2]],
    becomes: 'left out',
  });
  expect(task.hint).toContain(sign);
});

describe('token ids', () => {
  const ids = numbered(32_000);

  test('are read with spaces or commas between, and written with spaces', () => {
    expect(read(ids, ' 0, 17\n31999,5 ').tokens).toEqual([0, 17, 31_999, 5]);
    expect(ids.write([0, 17, 31_999])).toBe('0 17 31999');
    expect(ids.pieces([7, 8])).toEqual(['7', '8']);
  });

  test('outside the vocabulary or invalid are skipped and counted', () => {
    expect(read(ids, '1 32000 -1 1.5 x x 99999999999 2')).toEqual({
      tokens: [1, 2],
      strange: [
        ['32000', 1],
        ['-1', 1],
        ['1.5', 1],
        ['x', 2],
        ['99999999999', 1],
      ],
      becomes: 'left out',
    });
  });

  test('do not exist for an empty vocabulary', () => {
    expect(() => numbered(0)).toThrow('the vocabulary has 0 tokens; it should have at least 1');
  });
});

test('the characters of an imported model are read unchanged, including spaces', () => {
  const model = lettered(['a', ' ', '🦓']);
  expect(read(model, 'a 🦓?a?')).toEqual({
    tokens: [0, 1, 2, 0],
    strange: [['?', 2]],
    becomes: 'left out',
  });
  expect(model.write([2, 1, 0])).toBe('🦓 a');
  expect(model.write([9])).toBe('\uFFFD');
});
