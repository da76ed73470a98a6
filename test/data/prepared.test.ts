/** @file The output of scripts/build/texts.mjs, against what src/data reads. */
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
  execFileSync(process.execPath, ['scripts/build/texts.mjs', folder], { encoding: 'utf8' });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

beforeAll(() => void prepare());
afterAll(() => rmSync(folder, { recursive: true }));

const prepared = sources.all.flatMap((source) =>
  source.kind === 'corpus' && source.file && !source.repeat
    ? [{ id: source.id, file: source.file }]
    : [],
);
/** Texts that keep their lines; in the others a line is a paragraph. */
const IN_LINES = ['postal-codes', 'program-code'];

test('there are prepared texts to check', () => {
  expect(prepared.map(({ id }) => id)).toEqual([
    'moby-dick',
    'sotu',
    'postal-codes',
    'program-code',
  ]);
});

describe.each(prepared)('$id', ({ id, file }) => {
  const text = () => read(`${id}.txt`);
  const corpus = () => parseCorpus(JSON.parse(read(`${id}.json`)), text());

  test('is at the path of its source', () => {
    expect(file).toBe(`corpora/${id}`);
  });
  test('names its licence and origin as its source does', () => {
    const source = sources.get(id);
    if (source.kind !== 'corpus') throw new Error('no corpus');
    expect(corpus().licence).toBe(source.licence);
    expect(corpus().origin.startsWith(source.origin)).toBe(true);
  });
  test('has only characters of the vocabulary: the script normalises as src/data does', () => {
    expect(normalise(text()) === text()).toBe(true); // avoids a diff of a megabyte
    expect(decode(encode(text())) === text()).toBe(true);
  });
  test('has less than 0.01 % unknown characters', () => {
    const unknown = encode(text()).filter((id) => id === 0).length;
    expect(unknown / text().length).toBeLessThan(0.0001);
  });
  test('is small enough to load', () => {
    expect(statSync(join(folder, `${id}.txt`)).size).toBeLessThan(3_500_000);
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
  test('has room for the longest context', () => {
    expect(() => checkContext(corpus(), 512)).not.toThrow();
  });
});

test.each(prepared.map(({ id }) => id).filter((id) => !IN_LINES.includes(id)))(
  '%s has documents that begin and end with a word, and no broken lines',
  (id) => {
    const text = read(`${id}.txt`);
    for (const { title, start, end } of parseCorpus(JSON.parse(read(`${id}.json`)), text)
      .documents) {
      expect(title).not.toBe('');
      expect(text.slice(start, end)).toMatch(/^\S[^]*\S$/);
    }
    expect(text).not.toMatch(/[^\n]\n[^\n]/); // a single line end
  },
);

test('Moby-Dick begins with its famous first sentence', () => {
  const corpus = parseCorpus(JSON.parse(read('moby-dick.json')), read('moby-dick.txt'));
  const first = corpus.documents.find(({ title }) => title === 'Chapter 1. Loomings.')!;
  expect(decode(corpus.ids.subarray(first.start, first.start + 16))).toBe('Call me Ishmael.');
});

describe('the table of postal codes', () => {
  const text = () => read('postal-codes.txt');
  const documents = () => parseCorpus(JSON.parse(read('postal-codes.json')), text()).documents;

  test('has lines of 80 characters, each with a blank after every field', () => {
    const lines = text().match(/[^]{80}/g)!;
    expect(lines.length).toBe(42_049);
    const record =
      /^\d{5} {3}(?=.{10}(?<= ))-?\d+\.\d{4} +(?<=^.{18})-?\d+\.\d{4} +(?<=^.{30})\S.{22} .{4}(?<= ).{20} \n$/;
    expect(lines.filter((line) => !record.test(line))).toEqual([]);
  });
  test('has a document for all codes with the same first three digits, of whole lines', () => {
    const all = text();
    const areas = documents().map(({ start, end }) => {
      expect([start % 80, end % 80]).toEqual([0, 0]);
      const codes = all.slice(start, end).match(/^.{3}/gm)!;
      expect(new Set(codes).size).toBe(1);
      return codes[0];
    });
    expect(new Set(areas).size).toBe(areas.length);
    expect(documents().at(-1)!.end).toBe(all.length);
  });
  test('credits GeoNames in its summary, its origin and its licence', () => {
    const source = sources.get('postal-codes');
    if (source.kind !== 'corpus') throw new Error('no corpus');
    expect(source.summary).toMatch(/GeoNames/);
    expect(source.origin).toMatch(/GeoNames/);
    expect(source.licence).toMatch(/GeoNames.*CC BY 4\.0.*Changed/);
  });
});

test('preparing again changes nothing; a damaged text is prepared again', () => {
  const good = read('moby-dick.txt');
  expect(prepare()).toBe('');
  writeFileSync(join(folder, 'moby-dick.txt'), good.slice(0, 1000));
  expect(prepare()).toMatch(/^moby-dick: /);
  expect(read('moby-dick.txt') === good).toBe(true);
});

describe('the program code', () => {
  const text = () => read('program-code.txt');

  test('contains every line of the package’s files, each file ended by a line break', () => {
    const all = text();
    const { documents } = parseCorpus(JSON.parse(read('program-code.json')), all);
    expect(documents.length).toBeGreaterThan(250);
    let last = 0;
    for (const { title, start, end } of documents) {
      expect(start).toBe(last);
      last = end;
      const file = new URL(`../../node_modules/eslint/lib/rules/${title}`, import.meta.url);
      const lines = normalise(readFileSync(file, 'utf8').replaceAll('\t', ' ')).split('\n');
      expect(all.slice(start, end).split('\n')).toEqual(lines);
    }
    expect(last).toBe(all.length);
  });
  test('comes with the complete notice that its licence requires', () => {
    const notice = readFileSync(
      new URL('../../node_modules/eslint/LICENSE', import.meta.url),
      'utf8',
    );
    const words = (said: string) => said.match(/[A-Za-z]+/g)!.join(' ');
    const source = sources.get('program-code');
    if (source.kind !== 'corpus') throw new Error('no corpus');
    expect(words(source.licence)).toBe(`MIT License ${words(notice)}`);
  });
});
