/** @file The decoder's arithmetic in WebAssembly against its plain loops. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { write } from '../../../src/attention/expression';
import type { LayerPlan } from '../../../src/attention/pattern';
import { plans } from '../../../src/attention/plans';
import { patterns, patternSpec } from '../../../src/attention/registry';
import { random } from '../../../src/core/random';
import { instantiate } from '../../../src/machines/instance';
import { Decoder, type Interventions, type LayerLook } from '../../../src/model/decode/decoder';
import { logitsWithoutCache } from '../../../src/model/decode/uncached';
import { fitsWasm, Wasm, type Kernels } from '../../../src/model/decode/wasm';
import { losses, Writer } from '../../../src/model/decode/writer';
import { readCheckpoint } from '../../../src/model/files/checkpoint';
import { openedCheckpoint } from '../../../src/model/files/opened';
import { initialWeights } from '../../../src/model/weights';
import type { ModelSpec } from '../../../src/spec/model';
import { causalExpression } from '../../support/expressions';
import { modules } from '../../support/simd';
import { small } from '../small';

const kernels: Kernels = (memory) => instantiate(modules().module, memory).kernels;

const tokensOf = (n: number, V: number) => {
  const { below } = random('tokens', n);
  return Int32Array.from({ length: n }, () => below(V));
};
const furthest = (a: ArrayLike<number>, b: Float32Array) => {
  expect(a.length).toBe(b.length);
  return b.reduce((far, value, i) => Math.max(far, Math.abs(value - a[i]!)), 0);
};

/** Reads a text in pieces, and every last token of a piece with a look, in both arithmetics. */
function agrees(m: ModelSpec, cuts: readonly number[], interventions?: Interventions): void {
  const weights = small.far(initialWeights(m, 4));
  const tokens = tokensOf(
    cuts.reduce((a, b) => a + b, 0),
    m.vocabulary,
  );
  const loops = new Decoder(m, weights, interventions);
  const fast = new Decoder(m, weights, interventions, new Wasm(m, weights, kernels));
  let at = 0;
  for (const cut of cuts) {
    const before = tokens.subarray(at, at + cut - 1);
    if (cut > 1) expect(furthest(fast.read(before), loops.read(before))).toBeLessThan(1e-4);
    at += cut;
    const [found, expected]: [LayerLook[], LayerLook[]] = [[], []];
    const logits = fast.next(tokens[at - 1]!, found);
    expect(furthest(logits, loops.next(tokens[at - 1]!, expected))).toBeLessThan(1e-4);
    expect(found.length).toBe(expected.length);
    expected.forEach(({ from, to, weights: seen }, l) => {
      expect(found[l]!.from).toEqual(from);
      expect(found[l]!.to).toEqual(to);
      expect(furthest(found[l]!.weights, seen)).toBeLessThan(1e-5);
    });
    expect(fast.cachedKeys()).toEqual(loops.cachedKeys());
    expect(fast.cachedBytes()).toEqual(loops.cachedBytes());
  }
}

const SHAPES: readonly Partial<ModelSpec>[] = [
  {},
  { tied: false, vocabulary: 10 },
  { heads: 4, kvHeads: 2, headDim: 4, vocabulary: 13 },
  { heads: 3, kvHeads: 3, headDim: 12, tied: false },
  { heads: 6, kvHeads: 2, headDim: 20, width: 20, hidden: 36, ropeScale: 4 },
  { heads: 2, kvHeads: 1, headDim: 36, width: 132, hidden: 44, tied: false, vocabulary: 1 },
];
const shaped = (layers: LayerPlan, shape: Partial<ModelSpec>): ModelSpec => ({
  ...small.modelOf(layers),
  ...shape,
});

describe('WebAssembly gives the logits, weights and counts of the loops', () => {
  test.each(patterns.all.map(({ id }) => id))('in layers of pattern %s, for every shape', (id) => {
    for (const shape of SHAPES)
      for (const pool of ['pre', 'post'] as const) {
        const layers = [id, 'global', id].map((one) => patternSpec(one, { window: 5, chunk: 3 }));
        agrees(shaped(layers, { ...shape, pool }), [1, 20, 2, 9, 40]);
      }
  });

  test('for any plan, window, chunk, shape and division of the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plans.all.map(({ id }) => id)),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...SHAPES),
        fc.constantFrom('post' as const, 'pre' as const),
        fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 5 }),
        (id, window, chunk, shape, pool, cuts) => {
          const plan = { layers: 4, groupSize: 2, place: 'first', stripes: 'GAAS', masks: '' };
          const layers = plans.get(id).expand({ ...plan, place: 'first', window, chunk });
          agrees(shaped(layers, { ...shape, pool }), cuts);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('in layers of any mask, past every wrap', () => {
    fc.assert(
      fc.property(
        causalExpression(11),
        causalExpression(11),
        fc.constantFrom(...SHAPES),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        (a, b, shape, cuts) =>
          agrees(
            shaped(
              [a, b].map((one) => patternSpec(write(one), {})),
              shape,
            ),
            cuts,
          ),
      ),
      { numRuns: 30 },
    );
  });

  test('with heads silenced and keys cut, in a layer and in all, also if nothing is left to read', () => {
    const layers = plans.get('custom').expand({
      layers: 4,
      groupSize: 2,
      place: 'first',
      stripes: 'GAKS',
      masks: '',
      window: 5,
      chunk: 3,
    });
    const silent = [
      { layer: 0, head: 1 },
      { layer: 2, head: 0 },
      { layer: 3, head: 7 },
    ];
    const cut = [{ token: 0 }, { token: 3, layer: 1 }, { token: 17 }, { token: 40, layer: 3 }];
    for (const pool of ['pre', 'post'] as const)
      for (const shape of SHAPES)
        agrees(shaped(layers, { ...shape, pool }), [1, 5, 30, 20], { silent, cut });
  });

  test('past the growth of every cache, at long positions', () => {
    const of = (id: string) => patternSpec(id, { window: 40, chunk: 3 });
    agrees(shaped([of('global'), of('approximate'), of('local')], { pool: 'pre' }), [
      ...[1, 62, 3, 64, 64, 300, 1, 1, 70],
    ]);
  });

  test('and those of the whole sequence without a cache', () => {
    const m = shaped(
      plans.get('grouped').expand({
        layers: 4,
        groupSize: 2,
        place: 'first',
        stripes: '',
        masks: '',
        window: 5,
        chunk: 3,
      }),
      {},
    );
    const weights = small.far(initialWeights(m, 4));
    const tokens = tokensOf(90, m.vocabulary);
    const fast = new Decoder(m, weights, {}, new Wasm(m, weights, kernels));
    expect(furthest(fast.read(tokens), logitsWithoutCache(m, weights, tokens))).toBeLessThan(1e-4);
  });
});

test('the bits do not depend on how a text is divided', () => {
  const m = shaped(
    [patternSpec('global', {}), patternSpec('approximate', { window: 5, chunk: 3 })],
    { tied: false },
  );
  const weights = small.far(initialWeights(m, 4));
  const tokens = tokensOf(80, m.vocabulary);
  const arithmetic = new Wasm(m, weights, kernels);
  const whole = new Decoder(m, weights, {}, arithmetic).read(tokens);
  const single = new Decoder(m, weights, {}, arithmetic);
  const rows = [...tokens].flatMap((token) => [...single.next(token)]);
  expect(Float32Array.from(rows)).toEqual(whole);
});

const written = (writer: Writer, count: number, temperature: number) =>
  Array.from({ length: count }, () => writer.next({ temperature, topK: 0, topP: 1 }, 7).token);
const finish = (steps: Iterable<number>) => [...steps];

describe('the shipped models', () => {
  const names = readdirSync('models').filter((name) => name.endsWith('.zip'));

  test.each(names)('%s writes the same text as in loops, greedy and sampled', (name) => {
    const checkpoint = readCheckpoint(readFileSync(`models/${name}`));
    const { model, weights, lettering, example } = openedCheckpoint(name, checkpoint);
    const prompt = lettering.read(example).tokens;
    for (const temperature of [0, 0.8]) {
      const texts = [undefined, new Wasm(model, weights, kernels)].map((arithmetic) => {
        const writer = new Writer(model, weights, () => 0, arithmetic);
        finish(writer.read(prompt));
        return written(writer, 200, temperature);
      });
      expect(texts[1]).toEqual(texts[0]);
    }
  });
});

describe('a writer', () => {
  const layers = plans.get('approximate').expand({
    layers: 2,
    groupSize: 2,
    place: 'first',
    stripes: '',
    masks: '',
    window: 5,
    chunk: 3,
  });
  const m = { ...small.modelOf(layers), tied: false };
  const weights = small.far(initialWeights(m, 3));
  const prompt = tokensOf(150, m.vocabulary);

  test('writes the same bits after going back, with the room of the caches used again', () => {
    const memories: WebAssembly.Memory[] = [];
    const arithmetic = new Wasm(m, weights, (memory) => {
      memories.push(memory);
      return kernels(memory);
    });
    const writer = new Writer(m, weights, () => 0, arithmetic);
    finish(writer.read(prompt));
    const first = written(writer, 40, 1);
    expect(writer.replay().largest).toBeLessThan(1e-4);
    const { byteLength } = memories[0]!.buffer;
    for (const length of [170, 0, 160]) {
      finish(writer.rewind(length));
      const at = Math.max(0, length - 150);
      expect(written(writer, 40 - at, 1)).toEqual(first.slice(at));
    }
    for (let i = 0; i < 50; i++) losses(m, weights, prompt, {}, arithmetic);
    expect(memories[0]!.buffer.byteLength).toBe(byteLength);
    expect(
      furthest(losses(m, weights, prompt, {}, arithmetic), losses(m, weights, prompt)),
    ).toBeLessThan(1e-4);
  });

  test('whose memory is refused goes on in loops with the same text', () => {
    const global = { ...m, layers: [patternSpec('global', {})] };
    const open = () => {
      let kept!: WebAssembly.Memory;
      const arithmetic = new Wasm(global, weights, (memory) => kernels((kept = memory)));
      const refuse = () => {
        kept.grow = () => {
          throw new RangeError('out of memory');
        };
      };
      return { arithmetic, refuse, writer: new Writer(global, weights, () => 0, arithmetic) };
    };
    const plain = new Writer(global, weights, () => 0);
    finish(plain.read(prompt));
    const expected = written(plain, 3000, 0);

    const [while_, before] = [open(), open()];
    finish(while_.writer.read(prompt));
    while_.refuse();
    expect(written(while_.writer, 3000, 0)).toEqual(expected);
    expect(while_.writer.arithmetic).not.toBe(while_.arithmetic);

    before.refuse();
    const long = new Int32Array(3000);
    const steps = finish(before.writer.read(long));
    expect(steps.at(-1)).toBe(3000);
    expect(before.writer.arithmetic).not.toBe(before.arithmetic);
    expect(losses(global, weights, long, {}, before.arithmetic)).toEqual(
      losses(global, weights, long),
    );
  });
});

test('sizes that are not multiples of 4 are left to the loops', () => {
  expect(fitsWasm(small.modelOf([]))).toBe(true);
  expect(fitsWasm({ ...small.modelOf([]), width: 18 })).toBe(false);
  expect(fitsWasm({ ...small.modelOf([]), hidden: 18 })).toBe(false);
});
