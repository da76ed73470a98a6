import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerPlan } from '../../../src/attention/pattern';
import { cachedKeys } from '../../../src/attention/cost';
import { term, and, write } from '../../../src/attention/expression';
import { maxNeeded } from '../../../src/attention/need';
import { patterns, patternSpec } from '../../../src/attention/registry';
import { maxExact } from '../../../src/attention/slots';
import { plans } from '../../../src/attention/plans';
import { random } from '../../../src/core/random';
import { LayerCache } from '../../../src/model/decode/cache';
import { Decoder, type LayerLook } from '../../../src/model/decode/decoder';
import { alternatives, draw } from '../../../src/model/decode/sample';
import { logitsWithoutCache } from '../../../src/model/decode/uncached';
import { initialWeights } from '../../../src/model/weights';
import { cacheBytes } from '../../../src/model/files/opened';
import { anyExpression, causalExpression } from '../../support/expressions';
import { small } from '../small';

const { modelOf, far } = small;
const PLAN = { layers: 4, groupSize: 2, place: 'first', stripes: 'GAAS', masks: '' } as const;
const tokensOf = (n: number, V: number, seed = 1) => {
  const { below } = random('tokens', seed);
  return Int32Array.from({ length: n }, () => below(V));
};

const start = far(initialWeights(modelOf([patternSpec('global', {})]), 4));

/**
 * Logits and number of keys, token by token and in pieces of `cuts`, compared with those without a cache and with the
 * counts.
 */
function holdsTogether(layers: LayerPlan, T: number, cuts: readonly number[]): void {
  const m = modelOf(layers);
  const V = m.vocabulary;
  const weights = far(initialWeights(m, 4));
  const tokens = tokensOf(T, V);
  const expected = logitsWithoutCache(m, weights, tokens);
  const furthest = (logits: Float32Array, t: number) =>
    logits.reduce((far, logit, v) => Math.max(far, Math.abs(logit - expected[t * V + v]!)), 0);
  const [single, pieces] = [new Decoder(m, weights), new Decoder(m, weights)];
  let at = 0;
  for (const cut of cuts) {
    const logits = pieces.read(tokens.subarray(at, at + cut));
    for (let t = at; t < at + cut; t++) {
      expect(furthest(single.next(tokens[t]!), t)).toBeLessThan(1e-4);
      expect(furthest(logits.subarray((t - at) * V, (t - at + 1) * V), t)).toBeLessThan(1e-4);
      const keys = layers.map((layer) => cachedKeys(layer, t + 1));
      expect(single.cachedKeys()).toEqual(keys);
      expect(single.cachedBytes().reduce((a, b) => a + b, 0)).toBe(cacheBytes(m, layers, t + 1));
    }
    at += cut;
    expect(pieces.cachedKeys()).toEqual(layers.map((layer) => cachedKeys(layer, at)));
  }
}

describe('with a cache and without one the logits are the same', () => {
  test.each(plans.all.map(({ id }) => id))(
    'with %s, far past the window and chunk borders',
    (id) => {
      const m = modelOf(plans.get(id).expand({ ...PLAN, window: 5, chunk: 3 }));
      const weights = far(initialWeights(m, 4));
      const tokens = tokensOf(41, m.vocabulary);
      const expected = logitsWithoutCache(m, weights, tokens);
      const decoder = new Decoder(m, weights);
      tokens.forEach((token, t) => {
        const logits = decoder.next(token);
        logits.forEach((logit, v) =>
          expect(Math.abs(logit - expected[t * m.vocabulary + v]!)).toBeLessThan(1e-4),
        );
      });
    },
  );

  test('for any plan, window, chunk, and division of the prompt', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plans.all.map(({ id }) => id)),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('post' as const, 'pre' as const),
        fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 4),
        (id, window, chunk, pool, cuts, ropeScale) => {
          const layers = plans.get(id).expand({ ...PLAN, window, chunk });
          const m = { ...modelOf(layers), pool, ropeScale };
          const weights = far(initialWeights(m, 9));
          const tokens = tokensOf(
            cuts.reduce((a, b) => a + b, 0),
            m.vocabulary,
          );
          const expected = logitsWithoutCache(m, weights, tokens);
          const decoder = new Decoder(m, weights);
          let at = 0;
          for (const cut of cuts) {
            const logits = decoder.prefill(tokens.subarray(at, at + cut));
            at += cut;
            const row = expected.subarray((at - 1) * m.vocabulary, at * m.vocabulary);
            logits.forEach((logit, v) => expect(Math.abs(logit - row[v]!)).toBeLessThan(1e-4));
            expect(decoder.cachedKeys()).toEqual(layers.map((layer) => cachedKeys(layer, at)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(patterns.all.map(({ id }) => id))(
    'in layers of pattern %s, token by token and in pieces, past every wrap',
    (id) => {
      for (const [window, chunk] of [
        [5, 3],
        [1, 4],
      ] as const) {
        const layers = [id, 'global', id].map((one) => patternSpec(one, { window, chunk }));
        holdsTogether(layers, 75, [1, 20, 3, 45, 6]);
      }
    },
  );

  test('in layers of any mask, token by token and in pieces, past every wrap', () => {
    fc.assert(
      fc.property(
        causalExpression(11),
        causalExpression(11),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        (a, b, cuts) => {
          const layers = [a, b].map((one) => patternSpec(write(one), {}));
          holdsTogether(
            layers,
            cuts.reduce((sum, cut) => sum + cut, 0),
            cuts,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a query that reads nothing gets nothing from attention', () => {
    const nothing = modelOf([patternSpec('causal & !causal', {})]);
    const weights = far(initialWeights(nothing, 4));
    const silent = [0, 1].map((head) => ({ layer: 0, head }));
    const tokens = tokensOf(12, nothing.vocabulary);
    const decoder = new Decoder(nothing, weights);
    const expected = new Decoder(modelOf([patternSpec('global', {})]), weights, { silent });
    expect(decoder.read(tokens)).toEqual(expected.read(tokens));
    expect(decoder.cachedKeys()).toEqual([0]);
  });

  test('with a mask that sees the future a decoder reads only existing tokens, and its logits differ', () => {
    fc.assert(
      fc.property(anyExpression(9), (any) => {
        const [ahead, behind] = [any, and(term('causal'), any)].map(
          (one) => new Decoder(modelOf([patternSpec(write(one), {})]), start),
        );
        const tokens = tokensOf(30, 11);
        expect(ahead!.read(tokens)).toEqual(behind!.read(tokens));
        expect(ahead!.cachedKeys()).toEqual(behind!.cachedKeys());
      }),
      { numRuns: 30 },
    );
    const leaking = modelOf([patternSpec('causal | ahead(1)', {})]);
    const tokens = tokensOf(12, leaking.vocabulary);
    const [cached, whole] = [
      new Decoder(leaking, start).read(tokens),
      logitsWithoutCache(leaking, start, tokens),
    ];
    const first = [...cached.subarray(0, 11)].map((logit, v) => Math.abs(logit - whole[v]!));
    expect(Math.max(...first)).toBeGreaterThan(0.01);
  });

  test('reading a prompt gives the logits after every token', () => {
    const m = modelOf(plans.get('grouped').expand({ ...PLAN, window: 4, chunk: 2 }));
    const weights = far(initialWeights(m, 4));
    const tokens = tokensOf(20, m.vocabulary);
    const read = new Decoder(m, weights).read(tokens);
    const expected = logitsWithoutCache(m, weights, tokens);
    read.forEach((logit, i) => expect(Math.abs(logit - expected[i]!)).toBeLessThan(1e-4));
  });
});

describe('the cache of a layer', () => {
  test('is a ring with as many slots as the window in a local layer, and never grows', () => {
    const local = patternSpec('local', { window: 6 });
    expect(maxExact(local)).toBe(6);
    const cache = new LayerCache({ kvHeads: 1, headDim: 4, pool: 'post' }, local);
    const { buffer } = cache.keys;
    for (let t = 0; t < 100; t++) cache.push(new Float32Array(4), new Float32Array(4), 0, () => {});
    expect(cache.keys.buffer).toBe(buffer);
    expect(cache.held).toBe(6);
    expect(cache.bytes).toBe(2 * 6 * 4 * 4);
    expect(cache.slotOf(99)).toBe(99 % 6);
  });

  test('reuses slots for any other mask, and never needs more than are read at once', () => {
    fc.assert(
      fc.property(causalExpression(9), (one) => {
        const layer = patternSpec(write(one), {});
        const cache = new LayerCache({ kvHeads: 1, headDim: 4, pool: 'post' }, layer);
        const { buffer } = cache.keys;
        for (let t = 0; t < 90; t++)
          cache.push(new Float32Array(4).fill(t), new Float32Array(4).fill(-t), 0, () => {});
        expect(cache.capacity).toBe(maxNeeded(one));
        expect(cache.held).toBe(cachedKeys(layer, 90));
        expect(cache.bytes).toBe(2 * cache.held * 4 * 4);
        if (Number.isFinite(cache.capacity)) expect(cache.keys.buffer).toBe(buffer);
        const { count, tokens, slots } = cache.reading();
        for (let n = 0; n < count; n++) {
          expect(cache.slotOf(tokens[n]!)).toBe(slots[n]);
          expect(cache.keys[4 * slots[n]!]).toBe(tokens[n]);
          expect(cache.values[4 * slots[n]!]).toBe(-tokens[n]!);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('grows in a global layer, and holds W + C − 1 tokens and summaries in an approximate one', () => {
    expect(maxExact(patternSpec('global', {}))).toBe(Infinity);
    expect(maxExact(patternSpec('approximate', { window: 6, chunk: 4 }))).toBe(9);
  });
});

describe('the weights of a query', () => {
  const m = modelOf(plans.get('custom').expand({ ...PLAN, window: 5, chunk: 3 }));
  const weights = far(initialWeights(m, 4));
  const tokens = tokensOf(20, m.vocabulary);

  test('sum to 1 in every head and name each token once', () => {
    const decoder = new Decoder(m, weights);
    decoder.prefill(tokens);
    const looks: LayerLook[] = [];
    decoder.next(3, looks);
    expect(looks.length).toBe(m.layers.length);
    looks.forEach(({ from, to, weights: seen }, l) => {
      expect(seen.length).toBe(m.heads * from.length);
      for (let h = 0; h < m.heads; h++) {
        const row = seen.subarray(h * from.length, (h + 1) * from.length);
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      }
      const named = [...from].flatMap((first, n) =>
        Array.from({ length: to[n]! - first + 1 }, (_, i) => first + i),
      );
      const first = m.layers[l]!.pattern === 'local' ? 16 : 0;
      expect(named).toEqual(Array.from({ length: 21 - first }, (_, i) => first + i));
    });
  });

  test('are 0 for a blocked key', () => {
    const decoder = new Decoder(m, weights, { cut: [{ token: 18 }] });
    decoder.prefill(tokens);
    const looks: LayerLook[] = [];
    decoder.next(3, looks);
    for (const { from, weights: seen } of looks)
      for (let h = 0; h < m.heads; h++) expect(seen[h * from.length + from.indexOf(18)]).toBe(0);
  });

  test('a silenced head has the same effect as zeros in its rows of the output matrix', () => {
    const silenced = new Map(weights);
    const name = 'model.layers.1.self_attn.o_proj.weight';
    const d = m.headDim;
    silenced.set(
      name,
      weights.get(name)!.map((w, i) => (Math.floor(i / m.width / d) === 1 ? 0 : w)),
    );
    const expected = new Decoder(m, silenced).read(tokens);
    const found = new Decoder(m, weights, { silent: [{ layer: 1, head: 1 }] }).read(tokens);
    found.forEach((logit, i) => expect(Math.abs(logit - expected[i]!)).toBeLessThan(1e-5));
    expect(found).not.toEqual(new Decoder(m, weights).read(tokens));
  });

  test('a token outside the vocabulary is refused before anything changes', () => {
    const decoder = new Decoder(m, weights);
    expect(() => decoder.next(m.vocabulary)).toThrow(/token 11 is not in the vocabulary/);
    expect(decoder.length).toBe(0);
  });
});

describe('sampling a token', () => {
  const logits = Float32Array.from([0, 2, 1, -1]);
  const all = { temperature: 1, topK: 0, topP: 1 };
  const kept = (sampling: typeof all) =>
    alternatives(logits, sampling).filter(({ drawn }) => drawn > 0);

  test('temperature 0 takes the most likely', () => {
    expect(draw(alternatives(logits, { ...all, temperature: 0 }), 0.999).token).toBe(1);
  });
  test('top-k keeps k, top-p the fewest that reach p, and the remaining probabilities sum to 1', () => {
    expect(kept({ ...all, topK: 2 }).map(({ token }) => token)).toEqual([1, 2]);
    expect(kept({ ...all, topP: 0.7 }).map(({ token }) => token)).toEqual([1, 2]); // 0.64, 0.24, 0.09, 0.03
    expect(kept({ ...all, topP: 0.1 }).map(({ token }) => token)).toEqual([1]);
    for (const sampling of [all, { ...all, topK: 3 }, { ...all, topP: 0.9, temperature: 2 }])
      expect(kept(sampling).reduce((sum, { drawn }) => sum + drawn, 0)).toBeCloseTo(1, 10);
  });
  test('each token appears as often as its probability says', () => {
    const counts = [0, 0, 0, 0];
    const { next } = random('pick');
    const choices = alternatives(logits, all);
    for (let i = 0; i < 20_000; i++) counts[draw(choices, next()).token]!++;
    for (const { token, model } of choices) expect(counts[token]! / 20_000).toBeCloseTo(model, 1);
  });
  test('a higher temperature is more even', () => {
    expect(kept({ ...all, temperature: 3 })[0]!.drawn).toBeLessThan(kept(all)[0]!.drawn);
  });
});
