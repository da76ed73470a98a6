/** @file The stored counts, against the texts they were counted in. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Corpus, CorpusDocument } from '../../../src/data/corpus';
import { countedCurve, HISTORIES, worthOf } from '../../../src/data/far/counted';
import counted from '../../../src/data/far/counted.json';
import { curveOf, farOf, sampleOf } from '../../../src/data/far/far';
import { preparedCorpus } from '../../../src/data/prepared';
import { sources } from '../../../src/data/registry';

const texts = sources.all.flatMap((source) =>
  source.kind === 'corpus' && source.file ? [{ ...source, file: source.file }] : [],
);
const read = (path: string) => readFileSync(`public/${path}`, 'utf8');
function corpusOf(id: string): Corpus {
  const source = texts.find((text) => text.id === id)!;
  return preparedCorpus(
    source,
    JSON.parse(read(`${source.file}.json`)),
    read(`${source.file}.txt`),
  );
}
const documents = ({ ids }: Corpus, wanted: readonly CorpusDocument[]) =>
  wanted.map(({ start, end }) => ids.subarray(start, end));

test('every text of the site has an up-to-date count; otherwise run `npm run measure:far -- --write`', () => {
  const now = texts.map(({ id, file }) => [
    id,
    (JSON.parse(read(`${file}.json`)) as { sha256: string }).sha256,
  ]);
  expect(
    Object.fromEntries(Object.entries(counted).map(([id, { sha256 }]) => [id, sha256])),
  ).toEqual(Object.fromEntries(now));
  for (const { losses } of Object.values(counted)) expect(losses.length).toBe(HISTORIES.length);
});

test('Moby-Dick, counted again, has the stored losses', () => {
  const corpus = corpusOf('moby-dick');
  const kept = countedCurve('moby-dick')!;
  const some = [61, 84, 512].map((history) => HISTORIES.findIndex((counted) => counted >= history));
  const again = curveOf(
    sampleOf(corpus, 'train'),
    sampleOf(corpus, 'validation'),
    some.map((i) => HISTORIES[i]!),
  );
  expect(again.characters).toBe(kept.characters);
  expect(again.base).toBeCloseTo(kept.base, 4);
  again.losses.forEach((loss, i) => expect(loss).toBeCloseTo(kept.losses[some[i]!]!, 4));
});

test('Moby-Dick agrees with a count of every tenth chapter made by another program', () => {
  const corpus = corpusOf('moby-dick');
  const [held, train] = [true, false].map((wanted) =>
    documents(
      corpus,
      corpus.documents.filter((_, i) => (i % 10 === 9) === wanted),
    ),
  );
  const { base, near, far, gain } = farOf(train!, held!, 125, 512);
  // Its three losses were 1.497, 1.494 and 1.506; its copier took repeats of 4 characters as well.
  expect(Math.abs(base / 1.497 - 1)).toBeLessThan(0.0005);
  expect(Math.abs(near / 1.494 - 1)).toBeLessThan(0.005);
  expect(Math.abs(far / 1.506 - 1)).toBeLessThan(0.005);
  expect(Math.abs(gain - -0.007)).toBeLessThan(0.005);
});

test('the count shows in each text the distance that its description names', () => {
  const worth = (id: string, reach: number) => worthOf(countedCurve(id)!, reach, 512).gain;
  for (const id of ['moby-dick', 'sotu', 'said-once'])
    expect(Math.abs(worth(id, 61))).toBeLessThan(0.02);
  // a line of 80 characters, a passage of 96, and the five characters that the copier must recognise
  expect(worth('postal-codes', 61)).toBeGreaterThan(0.3);
  expect(worth('postal-codes', 84) - worth('postal-codes', 85)).toBeGreaterThan(0.1);
  expect(worth('said-twice', 100)).toBeGreaterThan(0.4);
  expect(worth('said-twice', 101)).toBeLessThan(0.06);
  expect(Math.abs(worth('said-twice', 128))).toBeLessThan(0.02);
  // at no fixed distance: every doubling of the reach takes some of it
  for (const reach of [32, 64, 128]) {
    expect(worth('program-code', reach) - worth('program-code', 2 * reach)).toBeGreaterThan(0.02);
  }
});

describe('the value of reading up to T characters, compared with a reach', () => {
  const ids = fc.constantFrom(...texts.map(({ id }) => id));
  const lengths = fc.integer({ min: 1, max: 20_000 });
  test('is exactly the count at a counted length', () => {
    fc.assert(
      fc.property(ids, fc.nat(HISTORIES.length - 1), fc.nat(HISTORIES.length - 1), (id, i, j) => {
        const curve = countedCurve(id)!;
        const [a, b] = [Math.min(i, j), Math.max(i, j)];
        const { near, far, gain } = worthOf(curve, HISTORIES[a]!, HISTORIES[b]!);
        expect([near, far]).toEqual([curve.losses[a], curve.losses[b]]);
        expect(gain).toBeCloseTo((near - far) / near, 12);
      }),
    );
  });
  test('lies between its neighbours elsewhere, and is zero if the reach is the context or more', () => {
    fc.assert(
      fc.property(ids, lengths, lengths, (id, reach, context) => {
        const curve = countedCurve(id)!;
        const { near, gain } = worthOf(curve, reach, context);
        if (reach >= context) {
          expect(gain).toBe(0);
          return;
        }
        const above = HISTORIES.findIndex((history) => history >= reach);
        const pair =
          above < 0
            ? [curve.losses.at(-1)!]
            : [curve.losses[above]!, curve.losses[above - 1] ?? curve.base];
        expect(near).toBeGreaterThanOrEqual(Math.min(...pair) - 1e-12);
        expect(near).toBeLessThanOrEqual(Math.max(...pair) + 1e-12);
      }),
    );
  });
});

test('a text that is not on the site has no count', () => {
  expect(countedCurve('own-text')).toBeUndefined();
});
