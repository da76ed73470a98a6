import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedKeys } from '../../src/attention/cost';
import { patternSpec } from '../../src/attention/registry';
import { plans } from '../../src/attention/plans';
import { random } from '../../src/core/random';
import { LayerCache, mostExact } from '../../src/model/cache';
import { Decoder, type LayerLook } from '../../src/model/decode';
import { alternatives, draw } from '../../src/model/sample';
import { logitsWithoutCache } from '../../src/model/uncached';
import { initialWeights } from '../../src/model/weights';
import { small } from './small';

const { modelOf, far } = small;
const PLAN = { layers: 4, groupSize: 2, place: 'first', stripes: 'GAAS' } as const;
const tokensOf = (n: number, V: number, seed = 1) => {
  const { below } = random('tokens', seed);
  return Int32Array.from({ length: n }, () => below(V));
};

describe('with a cache and without one the logits are the same', () => {
  test.each(plans.all.map(({ id }) => id))('%s, far past the window and chunk borders', (id) => {
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
  });

  test('whatever the plan, the window, the chunk, and how the prompt is cut', () => {
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

  test('reading gives the logits after every token', () => {
    const m = modelOf(plans.get('grouped').expand({ ...PLAN, window: 4, chunk: 2 }));
    const weights = far(initialWeights(m, 4));
    const tokens = tokensOf(20, m.vocabulary);
    const read = new Decoder(m, weights).read(tokens);
    const expected = logitsWithoutCache(m, weights, tokens);
    read.forEach((logit, i) => expect(Math.abs(logit - expected[i]!)).toBeLessThan(1e-4));
  });
});

describe('the cache of a layer', () => {
  test('is a ring of as many slots as the window in a local layer, and never grows', () => {
    const local = patternSpec('local', { window: 6 });
    expect(mostExact(local)).toBe(6);
    const cache = new LayerCache({ kvHeads: 1, headDim: 4, pool: 'post' }, local);
    const { buffer } = cache.keys;
    for (let t = 0; t < 100; t++) cache.push(new Float32Array(4), new Float32Array(4), 0, () => {});
    expect(cache.keys.buffer).toBe(buffer);
    expect(cache.held).toBe(6);
    expect(cache.bytes).toBe(2 * 6 * 4 * 4);
    expect(cache.slotOf(99)).toBe(99 % 6);
  });

  test('grows in a global layer, and holds W + C − 1 tokens and summaries in an approximate one', () => {
    expect(mostExact(patternSpec('global', {}))).toBe(Infinity);
    expect(mostExact(patternSpec('approximate', { window: 6, chunk: 4 }))).toBe(9);
  });
});

describe('what a query read', () => {
  const m = modelOf(plans.get('custom').expand({ ...PLAN, window: 5, chunk: 3 }));
  const weights = far(initialWeights(m, 4));
  const tokens = tokensOf(20, m.vocabulary);

  test('sums to 1 in every head and names each token once', () => {
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

  test('nothing of a key that was cut', () => {
    const decoder = new Decoder(m, weights, { cut: [{ token: 18 }] });
    decoder.prefill(tokens);
    const looks: LayerLook[] = [];
    decoder.next(3, looks);
    for (const { from, weights: seen } of looks)
      for (let h = 0; h < m.heads; h++) expect(seen[h * from.length + from.indexOf(18)]).toBe(0);
  });

  test('a silent head changes what is written, as if its rows of the output matrix were zero', () => {
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

describe('drawing a token', () => {
  const logits = Float32Array.from([0, 2, 1, -1]);
  const all = { temperature: 1, topK: 0, topP: 1 };
  const kept = (sampling: typeof all) =>
    alternatives(logits, sampling).filter(({ drawn }) => drawn > 0);

  test('temperature 0 takes the likeliest', () => {
    expect(draw(alternatives(logits, { ...all, temperature: 0 }), 0.999).token).toBe(1);
  });
  test('top-k keeps k, top-p the least that reach p, and what is left sums to 1', () => {
    expect(kept({ ...all, topK: 2 }).map(({ token }) => token)).toEqual([1, 2]);
    expect(kept({ ...all, topP: 0.7 }).map(({ token }) => token)).toEqual([1, 2]); // 0.64, 0.24, 0.09, 0.03
    expect(kept({ ...all, topP: 0.1 }).map(({ token }) => token)).toEqual([1]);
    for (const sampling of [all, { ...all, topK: 3 }, { ...all, topP: 0.9, temperature: 2 }])
      expect(kept(sampling).reduce((sum, { drawn }) => sum + drawn, 0)).toBeCloseTo(1, 10);
  });
  test('is as often as its probability says', () => {
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
