import { expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { findingsIn } from '../../src/masks/capture/findings';
import { readCapture } from '../../src/masks/capture/read';
import { captureOf, type Given } from './captureFiles';

const mask = (terms: string, keys = 12, queries = keys) => maskOf(read(terms), keys, queries);
const LLAMA = { model_type: 'llama', num_hidden_layers: 2, num_attention_heads: 2, hidden_size: 8 };
const LLAMA_4 = {
  ...LLAMA,
  model_type: 'llama4_text',
  num_key_value_heads: 2,
  attention_chunk_size: 4,
  layer_types: ['chunked_attention', 'full_attention'],
  no_rope_layers: [1, 0],
};

/** Codes of findings, notes as 'note L1', of each part of a step. */
const codes = (given: Given, step = 0, meant?: string) =>
  findingsIn(readCapture(captureOf(given)), step, meant).map(({ findings }) =>
    findings.map(({ code, note, layer }) => `${note ? 'note ' : ''}${code} of layer ${layer}`),
  );

test('layers that read what the config gives have no findings, in the prefill and in decoding', () => {
  const prefill = [[mask('causal')], [mask('causal')]];
  const decoding = [[mask('causal', 13, 1)], [mask('causal', 13, 1)]];
  const given = { steps: [prefill, decoding], config: LLAMA };
  expect(codes(given, 0)).toEqual([[]]);
  expect(codes(given, 1)).toEqual([[]]);
});

test('rows of padding that read nothing are a note, and rows of the text are a finding', () => {
  const padded = mask('causal & !padding(3, 0)');
  const steps = [[[padded], [padded]]];
  expect(codes({ steps, padding: [[3, 0]], config: LLAMA })).toEqual([
    ['note L1 of layer 0', 'note L1 of layer 1'],
  ]);
  const [found] = codes({ steps, padding: [[2, 0]], config: LLAMA });
  expect(found).toContain('L1 of layer 0');
});

test('text that reads its padding is found', () => {
  const causal = mask('causal');
  expect(codes({ steps: [[[causal], [causal]]], padding: [[3, 0]], config: LLAMA })).toEqual([
    ['L17 of layer 0', 'L17 of layer 1'],
  ]);
});

test('chunks of a padded text are counted from its first token', () => {
  const whole = mask('causal & !padding(3, 0)');
  const from = (chunks: string) => ({
    steps: [[[mask(`causal & ${chunks} & !padding(3, 0)`)], [whole]]],
    padding: [[3, 0]] as const,
    config: LLAMA_4,
  });
  const notes = ['note L1 of layer 0', 'note L1 of layer 1'];
  expect(codes(from('documents(3, 7, 11)'))).toEqual([notes]);
  const [found] = findingsIn(readCapture(captureOf(from('chunk(4)'))), 0);
  expect(found!.apart).toMatchObject([{ layer: 0, first: { query: 4, key: 3 } }]);
});

test('a plan is that of the numbers of layers, and says nothing of an encoder', () => {
  const steps = [[[mask('causal & window(4)')], [mask('causal')]]];
  const plan = 'causal & window(4); causal';
  expect(codes({ steps }, 0, plan)).toEqual([[]]);
  expect(codes({ steps, part: 'encoder' }, 0, 'causal; causal')).toEqual([[]]);
  expect(codes({ steps }, 0, 'causal; causal & window(4)')[0]).not.toEqual([]);
});

test('a step of one token is left out, and said', () => {
  const one = [[mask('causal', 1)]];
  const two = [[mask('causal', 2, 1)]];
  const capture = readCapture(captureOf({ steps: [one, two] }));
  expect(capture.steps.map(({ name }) => name)).toEqual(['decode 1']);
  expect(capture.notes).toEqual([
    'prefill has one token, which has nothing to show, and is left out',
  ]);
  expect(() => readCapture(captureOf({ steps: [one] }))).toThrow(
    'every step of the capture has one token',
  );
});
