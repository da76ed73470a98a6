/** @file What counts as a document in a row of a text; the batches themselves stay unchanged. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeFeed } from '../../src/data/batches';
import { decode, encode } from '../../src/data/characters';
import { corpusOfText } from '../../src/data/ownText';
import { lines, paragraphs, paragraphsOrLines, sentences, startsIn } from '../../src/data/packed';
import { preparedCorpus } from '../../src/data/prepared';
import { sources } from '../../src/data/registry';
import type { CorpusSource } from '../../src/data/source';

/** The documents of a whole text under a rule. */
function cut(text: string, rule: (typeof lines)['rule']): string[] {
  const starts = startsIn(rule(encode(text)), { start: 0, T: text.length, origin: 0 });
  return [...new Set(starts)].map((start, i, all) => text.slice(start, all[i + 1]));
}

describe('a rule', () => {
  test('of paragraphs begins a document after an empty line, which belongs to the one before', () => {
    expect(cut('One.\nStill one.\n\nTwo.\n\n\nThree.', paragraphs.rule)).toEqual([
      'One.\nStill one.\n\n',
      'Two.\n\n\n',
      'Three.',
    ]);
  });
  test('of lines begins a document after every line', () => {
    expect(cut('a 1\nb 2\nc 3\n', lines.rule)).toEqual(['a 1\n', 'b 2\n', 'c 3\n']);
  });
  test('of sentences needs a full stop, a blank and a capital', () => {
    expect(cut('It was so. Was it? it was. Yes! No', sentences.rule)).toEqual([
      'It was so. ',
      'Was it? it was. ',
      'Yes! ',
      'No',
    ]);
  });
  test('for a text of one’s own uses empty lines if there are any, otherwise lines', () => {
    expect(cut('a\nb\n\nc', paragraphsOrLines.rule)).toEqual(['a\nb\n\n', 'c']);
    expect(cut('a\nb\nc', paragraphsOrLines.rule)).toEqual(['a\n', 'b\n', 'c']);
  });
});

const texts = sources.all.filter((source): source is CorpusSource => source.kind === 'corpus');

function corpusOf(source: CorpusSource) {
  if (!source.file) return corpusOfText('Some lines of my own.\n\nAnd more of them. '.repeat(200));
  const read = (ending: string) => readFileSync(`public/${source.file}.${ending}`, 'utf8');
  return preparedCorpus(source, JSON.parse(read('json')), read('txt'));
}

describe.each(texts.map((source) => [source.id, source] as const))('%s', (_, source) => {
  const corpus = corpusOf(source);
  const T = 512;
  const feed = (packed: boolean) =>
    makeFeed(source, { corpus, T, batch: 4, distance: 1, seed: 1, packed });

  test('has the same rows with documents and without', () => {
    const [plain, packed] = [feed(false), feed(true)];
    for (const [a, b] of [
      [plain.train(3), packed.train(3)],
      [plain.validation[1]!, packed.validation[1]!],
    ] as const) {
      expect(b.tokens).toEqual(a.tokens);
      expect(b.targets).toEqual(a.targets);
      expect(a.starts).toBeUndefined();
      expect(b.starts).toHaveLength(4 * T);
    }
    expect(plain.watched.starts).toBeUndefined();
    expect(packed.watched.starts).toHaveLength(T);
  });

  test('has several documents per row, each beginning by its rule, wherever the row was cut', () => {
    const { tokens, starts } = feed(true).train(1);
    let borders = 0;
    for (let row = 0; row < 4; row++) {
      const own = starts!.subarray(row * T, (row + 1) * T);
      expect(own[0]).toBe(0);
      own.forEach((start, t) => expect(own[start]).toBe(start <= t ? start : NaN));
      const text = decode(tokens.subarray(row * T, (row + 1) * T));
      const begins = [...new Set(own)].slice(1);
      borders += begins.length;
      for (const at of begins) {
        if (source.packed.unit === 'paragraph' || source.packed.unit === 'block')
          expect(text.slice(Math.max(0, at - 2), at)).toMatch(/\n$/);
        if (source.packed.unit === 'line') expect(at % 80).toBe(begins[0]! % 80);
      }
      if (source.repeat) {
        const length = source.repeat.passage * source.repeat.times;
        for (const at of begins) expect(at % length).toBe(begins[0]! % length);
      }
    }
    expect(borders).toBeGreaterThan(2);
  });
});
