/** @file Which words of a sentence get an explanation, and that the sentence stays unchanged. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patterns } from '../../src/attention/registry';
import { piecesOf, WORDS } from '../../src/views/Word/words';

const words = (sentence: string) =>
  piecesOf(sentence).flatMap(({ word, text }) => (word ? [`${word}: ${text}`] : []));

test('each difficult word is explained at its first use, stripes as they are written', () => {
  expect(words('Grouped G S S S is 0.10 nats better, and 0.2 nats worse than G S G S.')).toEqual([
    'layers: G S S S',
    'nats: nats',
  ]);
  expect(piecesOf('(0.8 nats)')).toEqual([
    { text: '(0.8 ' },
    { text: 'nats', word: 'nats', end: ')' },
  ]);
  expect(words('KV cache')).toEqual(['cache: KV cache']);
  expect(words('A gnat has no GSM; global S')).toEqual([]);
  expect(words('K K K K with attention sinks, and an attention sink')).toEqual([
    'layers: K K K K',
    'sinks: attention sinks',
  ]);
});

test('every pattern has its letter explained', () => {
  for (const { letter, label } of patterns.all)
    expect(WORDS.layers.meaning).toContain(`${letter} is ${label.toLowerCase()}`);
});

test('the pieces of any sentence join to the same sentence', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('nats', ' KV cache ', 'G S', ' A S G '));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const sentence = parts.join('');
      expect(
        piecesOf(sentence)
          .map(({ text, end = '' }) => text + end)
          .join(''),
      ).toBe(sentence);
    }),
  );
});
