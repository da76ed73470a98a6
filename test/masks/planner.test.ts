/**
 * @file The planner's closed forms against caches that are filled token by token, and what must be true of any model.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/masks/configs';
import { cacheBytesAt, flopsPerTokenAt, stateBytes } from '../../src/masks/configCosts';
import { openedTypes } from '../../src/masks/configTable';
import { cacheAt, priced, totalAt, type How } from '../../src/masks/planner/cache';
import { engineOf, ENGINES, pagesAt, type Keeping } from '../../src/masks/planner/keeping';
import {
  batchIn,
  kneesOf,
  largest,
  lengthsTo,
  longestIn,
  unboundedAt,
} from '../../src/masks/planner/plan';
import { nextFlops } from '../../src/masks/configCosts';
import {
  bytesOfVector,
  CACHE_PRECISIONS,
  STATE_PRECISIONS,
  WEIGHT_PRECISIONS,
} from '../../src/masks/planner/precision';
import { released } from '../../src/masks/planner/released';
import { NAMED } from '../../scripts/interop/configTypes';

const [F32, BF16] = CACHE_PRECISIONS as [How['cache'], How['cache']];
const NEEDED = ENGINES[0]!.keeping;
const HOW: How = { keeping: NEEDED, cache: BF16, states: F32, batch: 1, machines: 1 };
const read = (fields: Record<string, unknown>) => readConfig(JSON.stringify(fields));

/** Any mixture of global layers, windows and chunks. */
const anyConfig = fc
  .record({
    types: fc.array(fc.constantFrom('full_attention', 'sliding_attention', 'chunked_attention'), {
      minLength: 1,
      maxLength: 9,
    }),
    window: fc.integer({ min: 1, max: 40 }),
    chunk: fc.integer({ min: 1, max: 40 }),
    kv: fc.constantFrom(1, 2, 4),
    width: fc.constantFrom(8, 20, 32, 80),
  })
  .map(({ types, window, chunk, kv, width }) =>
    read({
      model_type: 'llama4_text',
      num_hidden_layers: types.length,
      hidden_size: 64,
      num_attention_heads: 4,
      num_key_value_heads: kv,
      head_dim: width,
      sliding_window: window,
      attention_chunk_size: chunk,
      layer_types: types.map((one) => (one === 'sliding_attention' ? 'chunked_attention' : one)),
      vocab_size: 100,
    }),
  );
/** The same with windows in place of chunks. */
const windowed = fc
  .record({
    local: fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
    window: fc.integer({ min: 1, max: 40 }),
    kv: fc.constantFrom(1, 2, 4),
    width: fc.constantFrom(8, 20, 32, 80),
  })
  .map(({ local, window, kv, width }) =>
    read({
      model_type: 'gemma3_text',
      num_hidden_layers: local.length,
      hidden_size: 64,
      num_attention_heads: 4,
      num_key_value_heads: kv,
      head_dim: width,
      sliding_window: window,
      layer_types: local.map((one) => (one ? 'sliding_attention' : 'full_attention')),
      vocab_size: 100,
    }),
  );
const anyHow = fc.record({
  keeping: fc.record({
    windows: fc.constantFrom('ring' as const, 'full' as const),
    step: fc.integer({ min: 0, max: 30 }),
    page: fc.constantFrom(1, 4, 16),
    pool: fc.boolean(),
  }),
  cache: fc.constantFrom(...CACHE_PRECISIONS),
  states: fc.constantFrom(...STATE_PRECISIONS),
  batch: fc.integer({ min: 1, max: 5 }),
  machines: fc.constantFrom(1, 2, 4, 8),
});

/** Bytes of a vector, number by number. */
function stored({ block }: How['cache'], numbers: number): number {
  let [bytes, room] = [0, 0];
  for (let i = 0; i < numbers; i++) {
    if (room === 0) {
      bytes += block.bytes;
      room = block.numbers;
    }
    room--;
  }
  return bytes;
}

describe('a cache filled token by token', () => {
  test('holds at its fullest what the closed form says, in every layer with a window or chunks', () => {
    fc.assert(
      fc.property(fc.oneof(windowed, anyConfig), fc.integer({ min: 1, max: 90 }), (config, T) => {
        const cost = cacheAt(priced(config, HOW), T);
        config.layers.forEach((layer, i) => {
          const held = new Set<number>();
          let fullest = 0;
          for (let t = 0; t < T; t++) {
            held.add(t);
            // The step that writes t reads from here on; earlier tokens are dropped.
            const from =
              layer.kind === 'local'
                ? t - layer.window! + 1
                : layer.kind === 'chunked'
                  ? t - (t % layer.window!)
                  : 0;
            for (const one of held) if (one < from) held.delete(one);
            fullest = Math.max(fullest, held.size);
          }
          expect(cost.layers[i]!.tokens).toBe(fullest);
          const each = layer.kvHeads * (stored(BF16, layer.keyDim) + stored(BF16, layer.valueDim));
          expect(cost.layers[i]!.bytes).toBe(fullest * each);
        });
      }),
    );
  });

  test('holds one token less in a window between two steps', () => {
    fc.assert(
      fc.property(windowed, fc.integer({ min: 1, max: 90 }), (config, T) => {
        const between = cacheAt(priced(config, { ...HOW, keeping: ENGINES[1]!.keeping }), T);
        expect(between.total).toBe(cacheBytesAt(config, T, 2, true));
      }),
    );
  });

  test('touches at most as many pages as are counted, for tokens one by one or many at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom(1, 2, 4, 16),
        fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
        fc.integer({ min: 1, max: 20 }),
        (T, page, window, step) => {
          // All ways a text may be cut: the last step ends at any token.
          let most = 0;
          for (let end = 1; end <= T; end++) {
            const first = Math.max(0, end - step); // of this step
            const from = window === undefined ? 0 : Math.max(0, first - window + 1);
            most = Math.max(most, Math.floor((end - 1) / page) - Math.floor(from / page) + 1);
          }
          expect(pagesAt(T, page, window, step)).toBe(most);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('for any model and engine', () => {
  const any = fc.tuple(fc.oneof(windowed, anyConfig), anyHow);

  test('more tokens never take fewer bytes', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 300 }), ([config, how], T) => {
        const at = priced(config, how);
        expect(cacheAt(at, T + 1).total).toBeGreaterThanOrEqual(cacheAt(at, T).total);
      }),
    );
  });
  test('the total is the sum of its layers, states and padding', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 300 }), ([config, how], T) => {
        const { layers, keys, states, padding, total } = cacheAt(priced(config, how), T);
        expect(layers.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(keys);
        expect(layers.reduce((sum, { state }) => sum + (state ?? 0), 0)).toBe(states);
        expect(keys + states + padding).toBe(total);
        expect(padding).toBeGreaterThanOrEqual(0);
        expect(totalAt(priced(config, how), T)).toBe(total);
      }),
    );
  });
  test('a batch of B takes B times as much', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 300 }), ([config, how], T) => {
        const one = cacheAt(priced(config, { ...how, batch: 1 }), T).total;
        expect(cacheAt(priced(config, how), T).total).toBe(how.batch * one);
      }),
    );
  });
  test('the keys read fit in every reservation, and no engine reserves less except between two steps', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 300 }), ([config, how], T) => {
        const least = cacheAt(priced(config, { ...how, keeping: NEEDED }), T).total;
        const { total } = cacheAt(priced(config, how), T);
        if (how.keeping.step > 0) expect(total).toBeGreaterThanOrEqual(least);
      }),
    );
  });
  test('each of several machines has its share of the heads, and at least one head', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 300 }), ([config, how], T) => {
        const alone = cacheAt(priced(config, { ...how, machines: 1 }), T).total;
        const each = cacheAt(priced(config, how), T).total;
        expect(each * how.machines).toBeGreaterThanOrEqual(alone);
        expect(each).toBe((alone * Math.max(1, config.kvHeads / how.machines)) / config.kvHeads);
      }),
    );
  });
  test('the longest context fits, and one more token does not', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 10 ** 7 }), ([config, how], memory) => {
        const at = priced(config, how);
        const T = longestIn(at, memory);
        if (T > 0) expect(cacheAt(at, T).total).toBeLessThanOrEqual(memory);
        if (T < at.most) expect(cacheAt(at, T + 1).total).toBeGreaterThan(memory);
      }),
    );
  });
});

describe('the knee', () => {
  /** Lengths at which bytes start to grow more slowly. */
  const bends = (bytes: (T: number) => number, last: number) =>
    Array.from({ length: last }, (_, i) => i + 1).filter(
      (T) => bytes(T + 1) - bytes(T) !== bytes(T) - bytes(T - 1),
    );

  test('is exactly at W, in bytes and in FLOPs per token', () => {
    fc.assert(
      fc.property(windowed, (config) => {
        const at = priced(config, HOW);
        const windows = config.layers.flatMap(({ window }) =>
          window === undefined ? [] : [window],
        );
        expect(kneesOf(at)).toEqual([...new Set(windows)]);
        expect(bends((T) => cacheAt(at, T).total, 60)).toEqual(kneesOf(at));
        expect(bends((T) => nextFlops(config, T), 60)).toEqual(kneesOf(at));
      }),
    );
  });
  test('is at W - 1 between two steps, and later by the extra tokens of a longer step', () => {
    const gemma = readConfig(JSON.stringify(released.get('gemma-3-1b').config));
    const knees = (id: string) =>
      kneesOf(priced(gemma, { ...HOW, keeping: ENGINES.find((one) => one.id === id)!.keeping }));
    expect(knees('needed')).toEqual([512]);
    expect(knees('transformers')).toEqual([511]);
    expect(knees('vllm')).toEqual([511 + 2048]);
    expect(knees('vllm-full')).toEqual([]);
  });
  test('lies on the curve that is drawn', () => {
    const lengths = lengthsTo(131_072, 64, [512]);
    expect(lengths[0]).toBe(64);
    expect(lengths.at(-1)).toBe(131_072);
    expect(lengths).toContain(512);
    expect(lengths).toContain(513);
    expect([...lengths].sort((a, b) => a - b)).toEqual(lengths);
  });
});

describe('one definition', () => {
  test('bytes equal the config’s own count, for every model type', () => {
    for (const model_type of openedTypes()) {
      if (NAMED.includes(model_type)) continue;
      const config = read({ model_type });
      const at = priced(config, HOW);
      for (const T of [0, 1, 511, 5000]) {
        const cost = cacheAt(at, T);
        expect(cost.keys, model_type).toBe(cacheBytesAt(config, T, 2));
        expect(cost.states, model_type).toBe(stateBytes(config, 4));
      }
    }
  });
  test('every model type has a price with every engine, or says why not', () => {
    for (const model_type of openedTypes()) {
      if (NAMED.includes(model_type)) continue;
      const config = read({ model_type });
      for (const { id, keeping } of ENGINES) {
        const at = priced(config, { ...HOW, keeping });
        if (keeping.pool)
          expect(at.layout === undefined, `${model_type} ${id}`).toBe(at.refused !== undefined);
        const [few, many] = [cacheAt(at, 100).total, cacheAt(at, 100_000).total];
        expect(totalAt(at, 100_000), `${model_type} ${id}`).toBe(many);
        expect(Number.isSafeInteger(many), `${model_type} ${id}`).toBe(true);
        expect(many).toBeGreaterThanOrEqual(few);
        expect(unboundedAt(at, 100_000)).toBeGreaterThanOrEqual(
          cacheAt(priced(config, HOW), 100_000).total,
        );
      }
    }
  });
  test('FLOPs of each token up to T add up to those of all T', () => {
    fc.assert(
      fc.property(windowed, fc.integer({ min: 1, max: 80 }), (config, T) => {
        const each = Array.from({ length: T }, (_, i) => nextFlops(config, i + 1));
        expect(each.reduce((a, b) => a + b, 0)).toBeCloseTo(T * flopsPerTokenAt(config, T), 3);
      }),
    );
  });
});

test('FLOPs of one more token are the total with it minus the total without it, for every model type', () => {
  for (const model_type of openedTypes()) {
    if (NAMED.includes(model_type)) continue;
    const config = read({ model_type });
    const all = (T: number) => T * flopsPerTokenAt(config, T);
    expect(nextFlops(config, 700) / (all(700) - all(699)), model_type).toBeCloseTo(1, 6);
  }
});

describe('a vector', () => {
  test('takes whole blocks, so 80 numbers of 4 bits take as much as 96', () => {
    const int4 = CACHE_PRECISIONS.find(({ id }) => id === 'int4')!;
    expect(bytesOfVector(int4, 64)).toBe(36);
    expect(bytesOfVector(int4, 80)).toBe(54);
    expect(bytesOfVector(int4, 96)).toBe(54);
    expect(bytesOfVector(int4, 0)).toBe(0);
  });
  test('takes as many bytes as written number by number', () => {
    const all = [...CACHE_PRECISIONS, ...WEIGHT_PRECISIONS];
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.integer({ min: 0, max: 700 }), (one, numbers) => {
        expect(bytesOfVector(one, numbers)).toBe(stored(one, numbers));
      }),
    );
  });
});

describe('small things', () => {
  test('an engine is recognised by its settings', () => {
    for (const one of ENGINES) expect(engineOf(one.keeping)?.id).toBe(one.id);
    const own: Keeping = { ...NEEDED, page: 3 };
    expect(engineOf(own)).toBeUndefined();
  });
  test('the largest value is found by bisection', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (limit, most) => {
        expect(largest(most, (n) => n <= limit)).toBe(Math.min(limit, most));
      }),
    );
  });
  test('the number of sequences that fit together is counted', () => {
    const at = priced(readConfig(JSON.stringify(released.get('gemma-3-1b').config)), HOW);
    const one = cacheAt(at, 32_768).total;
    expect(batchIn(at, 32_768, 8 * one)).toBe(8);
    expect(batchIn(at, 32_768, 8 * one - 1)).toBe(7);
  });
});
