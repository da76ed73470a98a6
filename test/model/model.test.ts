import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedKeys } from '../../src/attention/cost';
import { patterns, patternSpec } from '../../src/attention/registry';
import { InputError } from '../../src/core/check';
import { random } from '../../src/core/random';
import { hostMachine } from '../../src/machines/hostMachine';
import { Decoder } from '../../src/model/decode/decoder';
import { readSafetensors } from '../../src/model/files/safetensors';
import { initialWeights } from '../../src/model/weights';
import type { ModelSpec } from '../../src/spec/model';
import { Zebra } from '../../src/train/zebra';
import { relativeError } from '../support/fixtures';

const base: ModelSpec = {
  vocabulary: 11,
  context: 26,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  hidden: 24,
  layers: [],
  pool: 'post',
  ropeBase: 10_000,
  ropeScale: 1,
  tied: true,
};
/** Larger than the start values, so that attention is far from even. */
const weightsOf = (spec: ModelSpec) =>
  new Map(
    [...initialWeights(spec, 5)].map(([name, w]) => [
      name,
      name.includes('proj') ? w.map((x) => 3 * x) : w,
    ]),
  );
const { below } = random('tokens');
const tokens = Int32Array.from({ length: base.context }, () => below(base.vocabulary));

describe.each(patterns.all.map(({ id }) => id))('%s', (id) => {
  const layers = [
    patternSpec(id, { window: 5, chunk: 3 }),
    patternSpec(id, { window: 4, chunk: 2 }),
  ];

  test('changing token j moves no logit before j, and moves the logit at j', async () => {
    const spec = { ...base, layers };
    const model = await Zebra.open(hostMachine(), spec, weightsOf(spec), { batch: 1 });
    const logitsOf = (ids: Int32Array) => model.logits(ids);
    const plain = await logitsOf(tokens);
    for (const j of [0, 7, 12, 25]) {
      const changed = tokens.slice();
      changed[j] = (changed[j]! + 1) % spec.vocabulary;
      const got = await logitsOf(changed);
      const V = spec.vocabulary;
      expect(got.slice(0, j * V)).toEqual(plain.slice(0, j * V));
      expect(got.slice(j * V, (j + 1) * V)).not.toEqual(plain.slice(j * V, (j + 1) * V));
    }
    model.dispose();
  });

  test.each(['post', 'pre'] as const)(
    'with a cache (keys averaged %s rotation) the logits are the same, past every border',
    async (pool) => {
      const spec: ModelSpec = { ...base, layers, pool, tied: pool === 'post' };
      const weights = weightsOf(spec);
      const model = await Zebra.open(hostMachine(), spec, weights, { batch: 1 });
      const expected = await model.logits(tokens);
      const decoder = new Decoder(spec, weights);
      tokens.forEach((token, t) => {
        const V = spec.vocabulary;
        const logits = decoder.next(token);
        expect(relativeError(logits, expected.slice(t * V, (t + 1) * V))).toBeLessThan(1e-4);
        expect(decoder.cachedKeys()).toEqual(layers.map((layer) => cachedKeys(layer, t + 1)));
      });
      model.dispose();
    },
  );
});

describe('start values', () => {
  const spec = { ...base, layers: [patternSpec('global', {})] };
  test('depend only on the seed', () => {
    expect(initialWeights(spec, 1)).toEqual(initialWeights(spec, 1));
    expect(initialWeights(spec, 1)).not.toEqual(initialWeights(spec, 2));
  });
  test('have the requested spread in the embedding, from the same draws; 0.02 if a file does not give it', () => {
    const embedding = (spread?: number) =>
      initialWeights(spec, 1, spread).get('model.embed_tokens.weight')!;
    const [narrow, wide] = [embedding(), embedding(0.5)];
    const deviation = Math.sqrt(wide.reduce((sum, x) => sum + x * x, 0) / wide.length);
    expect(deviation).toBeGreaterThan(0.45);
    expect(deviation).toBeLessThan(0.55);
    wide.forEach((x, i) => expect(narrow[i]).toBeCloseTo((x * 0.02) / 0.5, 6));
    const name = 'model.layers.0.self_attn.q_proj.weight';
    expect(initialWeights(spec, 1, 0.5).get(name)).toEqual(initialWeights(spec, 1).get(name));
  });
  test('are the same for every plan', () => {
    const local = { ...spec, layers: [patternSpec('local', { window: 4 })] };
    expect(initialWeights(local, 1)).toEqual(initialWeights(spec, 1));
  });
});

describe('safetensors', () => {
  const file = (header: unknown, data = new Uint8Array(8)) => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  };

  test('are read back as written, wherever the numbers are in the file', () => {
    const data = new Uint8Array(Float32Array.from([1.5, -2]).buffer);
    const read = readSafetensors(
      file(
        { __metadata__: { a: 'b' }, w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } },
        data,
      ),
    );
    expect([...read.keys()]).toEqual(['w']);
    expect([...read.get('w')!.values]).toEqual([1.5, -2]);
  });

  test.each([
    [new Uint8Array(3), 'the file is 3 bytes long'],
    [file([]), 'not a JSON object'],
    [file({ w: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }), "tensor 'w' holds F64"],
    [
      file({ w: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }),
      'should be 12 bytes inside the file',
    ],
    [file({ w: { dtype: 'F32', shape: [-1], data_offsets: [0, 8] } }), 'no proper shape'],
    [
      file({ w: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }),
      'should be 16 bytes inside the file',
    ],
  ])('are refused if wrong: %#', (bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('of any bytes are read or refused with InputError', () => {
    const good = file({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    const spoilt = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = good.slice();
      copy[at] = value;
      return copy;
    });
    const short = fc.nat(good.length).map((length) => good.slice(0, length));
    fc.assert(
      fc.property(fc.oneof(spoilt, short, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
