/** @file What scripts/prepare-corpora.mjs writes, against what src/data reads. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, encode, normalise } from '../../src/data/characters';
import { checkContext, documentsOf, parseCorpus } from '../../src/data/corpus';
import { sources } from '../../src/data/registry';

const folder = mkdtempSync(join(tmpdir(), 'corpora-'));
const prepare = () =>
  execFileSync(process.execPath, ['scripts/prepare-corpora.mjs', folder], { encoding: 'utf8' });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

beforeAll(() => void prepare());
afterAll(() => rmSync(folder, { recursive: true }));

const prepared = sources.all.flatMap((source) =>
  source.kind === 'corpus' && source.file ? [{ id: source.id, file: source.file }] : [],
);

test('there are prepared texts to look at', () => {
  expect(prepared.map(({ id }) => id)).toEqual(['moby-dick', 'sotu']);
});

describe.each(prepared)('$id', ({ id, file }) => {
  const text = () => read(`${id}.txt`);
  const corpus = () => parseCorpus(JSON.parse(read(`${id}.json`)), text());

  test('is where its source says', () => {
    expect(file).toBe(`corpora/${id}`);
  });
  test('names its licence and origin as its source does', () => {
    const source = sources.get(id);
    if (source.kind !== 'corpus') throw new Error('no corpus');
    expect(corpus().licence).toBe(source.licence);
    expect(corpus().origin.startsWith(source.origin)).toBe(true);
  });
  test('has only characters of the vocabulary: the script normalises as src/data does', () => {
    expect(normalise(text()) === text()).toBe(true); // no diff of a megabyte, please
    expect(decode(encode(text())) === text()).toBe(true);
  });
  test('has less than 0.01 % unknown characters', () => {
    const unknown = encode(text()).filter((id) => id === 0).length;
    expect(unknown / text().length).toBeLessThan(0.0001);
  });
  test('is small enough to load', () => {
    expect(statSync(join(folder, `${id}.txt`)).size).toBeLessThan(2_500_000);
  });
  test('holds out about a tenth, spread over the text', () => {
    const { ids } = corpus();
    const held = documentsOf(corpus(), 'validation');
    const characters = held.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(characters / ids.length).toBeGreaterThan(0.08);
    expect(characters / ids.length).toBeLessThan(0.12);
    for (const quarter of [0, 1, 2, 3]) {
      const inside = held.filter(({ start }) => Math.floor((4 * start) / ids.length) === quarter);
      expect(inside).not.toEqual([]);
    }
  });
  test('has documents that begin and end with a word, and no broken lines', () => {
    for (const { title, start, end } of corpus().documents) {
      expect(title).not.toBe('');
      expect(text().slice(start, end)).toMatch(/^\S[^]*\S$/);
    }
    expect(text()).not.toMatch(/[^\n]\n[^\n]/); // a single line end
  });
  test('has room for the longest context', () => {
    expect(() => checkContext(corpus(), 512)).not.toThrow();
  });
});

test('Moby-Dick begins as everyone knows', () => {
  const corpus = parseCorpus(JSON.parse(read('moby-dick.json')), read('moby-dick.txt'));
  const first = corpus.documents.find(({ title }) => title === 'Chapter 1. Loomings.')!;
  expect(decode(corpus.ids.subarray(first.start, first.start + 16))).toBe('Call me Ishmael.');
});

test('preparing again does nothing; a damaged text is made again', () => {
  const good = read('moby-dick.txt');
  expect(prepare()).toBe('');
  writeFileSync(join(folder, 'moby-dick.txt'), good.slice(0, 1000));
  expect(prepare()).toMatch(/^moby-dick: /);
  expect(read('moby-dick.txt') === good).toBe(true);
});
