import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/core/check';
import { random } from '../../../src/core/random';
import { decode, encode } from '../../../src/data/characters';
import type { Corpus } from '../../../src/data/corpus';
import { Repeats, SHORTEST } from '../../../src/data/far/copier';
import { Counts } from '../../../src/data/far/counts';
import { curveOf, farOf, sampleOf } from '../../../src/data/far/far';
import { repeated } from '../../../src/data/repeat';
import { plainCounts, plainLoss, plainRepeat } from './plain';

const text = (alphabet: string, maxLength: number, minLength = 1) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const texts = fc.array(text('ab \n', 120), { minLength: 1, maxLength: 4 });

/** Characters without any rule. */
function noise(length: number, name: string, kinds = 94): Uint8Array {
  const stream = random('noise', name);
  return Uint8Array.from({ length }, () => 2 + stream.below(kinds));
}

/** One document in each split. */
function corpusOf(train: Uint8Array, held: Uint8Array): Corpus {
  const documents = [
    { title: 'a', start: 0, end: train.length, split: 'train' as const },
    {
      title: 'b',
      start: train.length,
      end: train.length + held.length,
      split: 'validation' as const,
    },
  ];
  return {
    title: '',
    licence: '',
    origin: '',
    documents,
    ids: Uint8Array.from([...train, ...held]),
  };
}

describe('compared with the plain definition', () => {
  test('the probabilities of order 6 follow the formula', () => {
    fc.assert(
      fc.property(texts, text('abc \n', 60), (train, held) => {
        const fast = new Counts(train.map(encode)).probabilities(encode(held));
        const plain = plainCounts(train);
        for (let i = 0; i < held.length; i++) expect(fast[i]).toBeCloseTo(plain(held, i), 12);
      }),
    );
  });
  test('they sum to 1 over all characters, also after unseen contexts', () => {
    fc.assert(
      fc.property(texts, text('abc', 12, 0), (train, before) => {
        const counts = new Counts(train.map(encode));
        let sum = 0;
        for (let c = 0; c < 96; c++) {
          sum += counts.probabilities(Uint8Array.from([...encode(before), c])).at(-1)!;
        }
        expect(sum).toBeCloseTo(1, 10);
      }),
      { numRuns: 30 },
    );
  });
  test('the repeat found is the longest in each history', () => {
    fc.assert(
      fc.property(
        text('ab', 150),
        fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        (held, lengths) => {
          const histories = lengths.sort((a, b) => a - b);
          const repeats = new Repeats(histories);
          for (let i = 0; i < held.length; i++) {
            repeats.find(encode(held), i);
            const found = histories.map((_, h) => ({
              length: repeats.length[h],
              distance: repeats.length[h] ? repeats.distance[h] : 0,
            }));
            expect(found).toEqual(histories.map((history) => plainRepeat(held, i, history)));
          }
        },
      ),
    );
  });
  test('the losses equal the plain ones', () => {
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 60 }),
        (train, held, reach, more) => {
          const { near, far, gain } = farOf(
            train.map(encode),
            held.map(encode),
            reach,
            reach + more,
          );
          expect(near).toBeCloseTo(plainLoss(train, held, reach), 10);
          expect(far).toBeCloseTo(plainLoss(train, held, reach + more), 10);
          expect(gain).toBeCloseTo((near - far) / near, 12);
        },
      ),
    );
  });
});

describe('a text with a known answer', () => {
  test.each([16, 40, 96])(
    'said twice in passages of %i has all its gain just beyond them',
    (passage) => {
      const corpus = repeated(
        corpusOf(noise(passage * 40, 'train'), noise(passage * 100, 'held')),
        {
          passage,
          times: 2,
        },
      );
      const [train, held] = [sampleOf(corpus, 'train'), sampleOf(corpus, 'validation')];
      // To copy, the copier has to see the repeat as well as the character that followed it.
      const enough = passage + SHORTEST;
      const { base, losses } = curveOf(train, held, [1, passage, enough - 1, enough, 10 * passage]);
      for (const loss of losses.slice(0, 3)) expect(loss).toBeCloseTo(base, 10);
      // All but the first characters of a second saying can be copied; those show where it began.
      const copied = (passage - SHORTEST) / (2 * passage);
      expect(1 - losses[3]! / base).toBeGreaterThan(0.9 * copied);
      expect(1 - losses[3]! / base).toBeLessThan(copied);
      expect(Math.abs(losses[4]! - losses[3]!)).toBeLessThan(0.02 * base); // no further gain beyond
    },
  );
  test.each([3, 10, 94])('in noise of %i characters reading far back is worth nothing', (kinds) => {
    const { gain, error } = farOf(
      [noise(20_000, 'a', kinds)],
      [noise(20_000, 'b', kinds)],
      61,
      512,
    );
    expect(gain).toBeLessThan(3 * error + 1e-12);
    expect(gain).toBeLessThan(0.001);
    expect(gain).toBeGreaterThan(-0.15); // what the copier's mistakes cost if there are few kinds of characters
  });
  test('a context no longer than the reach leaves nothing to gain', () => {
    expect(farOf([noise(500, 'a', 3)], [noise(500, 'b', 3)], 100, 64).gain).toBe(0);
  });
});

test('the error shows how much the gain varies from text to text, and shrinks with longer texts', () => {
  /** Passages of 96 characters; with probability 0.3 each is followed by itself again. */
  const sometimes = (passages: number, name: string) => {
    const stream = random('again', name);
    const letters = noise(96 * passages, name);
    const said = Array.from({ length: passages }, (_, i) => [
      ...letters.subarray(96 * i, 96 * i + 96),
    ]);
    return Uint8Array.from(said.flatMap((one) => (stream.next() < 0.3 ? [...one, ...one] : one)));
  };
  const measured = (passages: number, name: string) =>
    farOf([noise(3000, 'train')], [sometimes(passages, name)], 61, 512);
  const all = Array.from({ length: 20 }, (_, i) => measured(200, `${i}`));
  const mean = all.reduce((sum, { gain }) => sum + gain, 0) / all.length;
  const spread = Math.sqrt(
    all.reduce((sum, { gain }) => sum + (gain - mean) ** 2, 0) / (all.length - 1),
  );
  expect(all[0]!.error / spread).toBeGreaterThan(0.5);
  expect(all[0]!.error / spread).toBeLessThan(2);
  expect(measured(2000, 'long').error / all[0]!.error).toBeCloseTo(Math.sqrt(0.1), 1);
});

test('a sample has the requested number of characters, of whole documents except the last, in their order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 300 }),
      (lengths, most) => {
        let at = 0;
        const documents = lengths.map((length, i) => {
          const document = { title: `${i}`, start: at, end: at + length, split: 'train' as const };
          at += length;
          return document;
        });
        const ids = Uint8Array.from({ length: at }, (_, i) => i % 96);
        const taken = sampleOf(
          { title: '', licence: '', origin: '', documents, ids },
          'train',
          most,
        );
        const sum = taken.reduce((total, part) => total + part.length, 0);
        expect(sum).toBe(Math.min(most, at));
        const starts = taken.map((part) => part.byteOffset);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        const cut = taken.filter(
          (part) =>
            lengths[documents.findIndex(({ start }) => start === part.byteOffset)] !== part.length,
        );
        expect(cut.length).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test.each([[[0]], [[61, 29]], [[61.5]]])('the histories %j are refused', (histories) => {
  expect(() => curveOf([noise(10, 'a')], [noise(10, 'b')], histories)).toThrow(InputError);
});
test('a text without held-out documents is refused', () => {
  expect(() => curveOf([noise(10, 'a')], [], [4])).toThrow(/nothing is held out/);
});
test('decoding a sample gives the text back', () => {
  const corpus = corpusOf(encode('call me '), encode('ishmael'));
  expect(sampleOf(corpus, 'validation').map(decode)).toEqual(['ishmael']);
});
