/** @file The planner's URL, its models, and the sentences it makes from its numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BATCH,
  FIRST,
  fromAddress,
  LENGTH,
  MACHINES,
  toAddress,
  type Asked,
} from '../../src/masks/planner/asked';
import { cacheAt, priced, type How } from '../../src/masks/planner/cache';
import { ENGINES } from '../../src/masks/planner/keeping';
import { openedTypes } from '../../src/masks/configTable';
import { modelOf, slim } from '../../src/masks/planner/model';
import { configOfType } from '../../src/masks/planner/typed';
import { NAMED } from '../../scripts/interop/configTypes';
import {
  BF16,
  CACHE_PRECISIONS,
  STATE_PRECISIONS,
  WEIGHT_PRECISIONS,
} from '../../src/masks/planner/precision';
import { released } from '../../src/masks/planner/released';
import { difference, finding, times, turnOf, type Named } from '../../src/masks/planner/say';

const HOW: How = {
  keeping: ENGINES[0]!.keeping,
  cache: BF16,
  states: CACHE_PRECISIONS[0]!,
  batch: 1,
  machines: 1,
};
const named = (id: string, how: Partial<How> = {}): Named => {
  const { name, config } = modelOf(id);
  return { name, at: priced(config, { ...HOW, ...how }) };
};

describe('a URL of the planner', () => {
  const id = (all: readonly { readonly id: string }[]) =>
    fc.constantFrom(...all.map((one) => one.id));
  const any = fc.record({
    models: fc.array(
      fc.oneof(id(released.all), fc.constant('{"model_type":"llama","note":"a&b=c+d %"}')),
      { minLength: 1, maxLength: 2 },
    ),
    T: fc.integer(LENGTH),
    batch: fc.integer(BATCH),
    cache: id(CACHE_PRECISIONS),
    states: id(STATE_PRECISIONS),
    weights: fc.option(id(WEIGHT_PRECISIONS), { nil: undefined }),
    keeping: fc.oneof(
      fc.constantFrom(...ENGINES.map(({ keeping }) => keeping)),
      fc.record({
        windows: fc.constantFrom('ring' as const, 'full' as const),
        step: fc.nat(9000),
        page: fc.integer({ min: 1, max: 600 }),
        pool: fc.boolean(),
      }),
    ),
    machines: fc.constantFrom(...MACHINES),
    memory: fc.integer({ min: 1, max: 2000 }),
    parts: fc.tuple(
      fc.constantFrom(undefined, 'encoder' as const, 'cross' as const),
      fc.constantFrom(undefined, 'encoder' as const),
    ),
    source: fc.option(fc.integer({ min: 1, max: 9000 }), { nil: undefined }),
    billions: fc.tuple(
      fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
      fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
    ),
  });
  test('brings back the settings', () => {
    fc.assert(
      fc.property(any, (asked: Asked) => {
        expect(fromAddress(toAddress(asked))).toEqual({ asked, notes: [], embedded: false });
      }),
    );
  });
  test('with any text can be priced, and names the parts that were not understood', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const { asked } = fromAddress(text);
        expect(LENGTH.min <= asked.T && asked.T <= LENGTH.max).toBe(true);
        expect(released.has(asked.models[0]!)).toBe(true);
      }),
    );
    const { asked, notes } = fromAddress(
      'model=gpt-9&T=-4&cache=fp3&engine=vllm&step=1.5&machines=3',
    );
    expect(asked.models).toEqual(FIRST.models);
    expect(asked.keeping).toEqual(ENGINES.find((one) => one.id === 'vllm')!.keeping);
    expect(notes).toHaveLength(5);
    expect(notes.join(' ')).toMatch(/T is '-4'; it should be a whole number from 1 to/);
  });
});

describe('a model type in a URL', () => {
  test('is read as in the field, and appears in the next URL as a config', () => {
    const { asked, notes } = fromAddress('model=mistral&with=whisper&part2=encoder&source=300');
    expect(notes).toEqual([]);
    expect(JSON.parse(asked.models[0]!)).toMatchObject({ model_type: 'mistral' });
    expect(asked.parts[1]).toBe('encoder');
    expect(asked.source).toBe(300);
    expect(fromAddress(toAddress(asked)).asked).toEqual(asked);
  });
  test('that is refused says why, and an unknown one lists the known ones', () => {
    expect(fromAddress('model=mamba2').notes.join(' ')).toMatch(/"mamba2": it has no attention/);
    const { asked, notes } = fromAddress('model=gpt-9');
    expect(asked.models).toEqual(FIRST.models);
    expect(notes.join(' ')).toMatch(/no released model and no model type is called 'gpt-9'/);
  });
});

/** What each layer takes, and how many weights there are. */
const costs = (text: string) => {
  const { config, parameters } = modelOf(text);
  const { layers, total } = cacheAt(priced(config, HOW), 9999);
  return {
    layers: layers.map(({ tokens, bytes, state }) => [tokens, bytes, state]),
    total,
    parameters,
  };
};

describe('a config of one’s own', () => {
  const file = JSON.stringify({
    architectures: ['Gemma3ForConditionalGeneration'],
    model_type: 'gemma3',
    _name_or_path: 'mine',
    vision_config: { hidden_size: 1152, layers: Array.from({ length: 200 }, (_, i) => i) },
    text_config: {
      ...released.get('gemma-3-27b').config,
      attn_logit_softcapping: null,
      rope_theta: 1_000_000,
    },
    torch_dtype: 'bfloat16',
    transformers_version: '4.52.0',
  });
  test('is reduced to the fields that affect the price, and has the same price', () => {
    const short = slim(file);
    expect(short.length).toBeLessThan(file.length / 2);
    expect(short).not.toMatch(/vision_config|architectures|transformers_version/);
    const [whole, cut] = [modelOf(file), modelOf(short)];
    expect(cut.name).toBe('mine');
    expect(cut.parameters).toBe(whole.parameters);
    expect(costs(short)).toEqual(costs(file));
  });
  test('keeps fields that may affect the price, even if they equal the defaults of its class', () => {
    const short = JSON.parse(
      slim('{"model_type":"mistral","sliding_window":4096,"hidden_act":"silu"}'),
    );
    expect(short).toEqual({ model_type: 'mistral', sliding_window: 4096 });
  });
  test('has the same price for every released model and many types', () => {
    const types = openedTypes().filter((one, i) => i % 12 === 0 && !NAMED.includes(one));
    for (const text of [
      ...released.all.map(({ config }) => JSON.stringify(config)),
      ...types.map(configOfType),
    ])
      expect(costs(slim(text)), text).toEqual(costs(text));
  });
  test('stays refused if it was', () => {
    expect(() => slim('{"model_type":"mamba"}')).toThrow(/it has no attention/);
  });
  test('has the number of weights that the user gives', () => {
    expect(modelOf(file, 30).parameters).toBe(30e9);
    expect(modelOf(file, 30).known).toBe('typed');
    expect(modelOf(file).known).toBe('exact');
    expect(modelOf('{"model_type":"olmo2","intermediate_size":99}').known).toBe('counted');
    const biased = '{"model_type":"llama","intermediate_size":99,"attention_bias":true}';
    expect(modelOf(biased).known).toBe('counted');
    expect(modelOf('{"model_type":"llama"}').why).toMatch(/intermediate_size/);
    expect(modelOf('gemma-3-27b').made).toBe(131_072);
  });
});

describe('the explanation of a cache’s size', () => {
  test('says for Gemma that it stays small because most layers keep a window', () => {
    expect(finding(named('gemma-3-1b'), 32_768)).toEqual([
      'Gemma 3 1B keeps 139 MiB for 32,768 tokens in bf16.',
      '22 of 26 layers read no more than 512 tokens; 4 keep every token, together 4.00 KiB per token.',
      'Without windows it would be 832 MiB, 6.0 times as much.',
    ]);
  });
  test('says that a model without windows grows with every token', () => {
    expect(finding(named('llama-3.1-8b', { batch: 8 }), 1000)).toEqual([
      'Llama 3.1 8B keeps 1000 MiB for 8 × 1,000 tokens in bf16.',
      'All 32 layers keep every token, together 128 KiB per token.',
    ]);
  });
  test('says that states do not grow', () => {
    expect(finding(named('nemotron-3-super-120b'), 1000)[1]).toBe(
      '40 of 88 layers keep a state that does not grow and 40 of 88 layers have no attention; 8 keep every token, together 8.00 KiB per token.',
    );
  });
  test('mentions shared keys and a latent', () => {
    expect(finding(named('gemma-3n-e4b'), 1000)[1]).toMatch(
      /15 of 35 layers reuse what an earlier layer keeps/,
    );
    expect(finding(named('deepseek-v3'), 1000).at(-1)).toBe(
      'MLA: a layer keeps one latent of 576 numbers a token, where the keys alone of its 128 heads would be 24,576.',
    );
  });
  test('gives the bytes of one GPU if there are several', () => {
    expect(finding(named('llama-3.1-8b', { machines: 8 }), 1000)[0]).toBe(
      'Llama 3.1 8B keeps 15.6 MiB for 1,000 tokens in bf16, on each of 8 GPUs.',
    );
  });
  test('says that an encoder keeps none', () => {
    const encoder = { name: 'It', at: priced(modelOf('{"model_type":"modernbert"}').config, HOW) };
    expect(finding(encoder, 100)).toEqual([
      'It is an encoder: it reads a whole text at once and keeps no cache.',
    ]);
  });
});

describe('the explanation of a difference between two models', () => {
  test('names layers that grow, the bytes per token in one, and windows', () => {
    expect(difference(named('gemma-3-27b'), named('llama-3.1-70b'), 131_072)).toEqual([
      'At 131,072 tokens Gemma 3 27B keeps 10.4 GiB and Llama 3.1 70B 40.0 GiB, 3.8 times as much.',
      '10 of 62 layers of Gemma 3 27B keep every token, against 80 of 80; in such a layer a token takes 8.00 KiB, against 4.00 KiB; so each further token costs 80.0 KiB, against 320 KiB.',
      '52 layers of Gemma 3 27B have a window of 1,024 tokens.',
      // 52 layers × 1,024 tokens × 8 KiB, at 320 − 80 KiB per token
      'Up to 1,774 tokens it is the other way round.',
    ]);
  });
  test('gives the length at which the order turns', () => {
    const [a, b] = [named('gemma-3-27b').at, named('llama-3.1-70b').at];
    const turn = turnOf(a, b)!;
    expect(cacheAt(a, turn).total).toBeGreaterThanOrEqual(cacheAt(b, turn).total);
    expect(cacheAt(a, turn + 1).total).toBeLessThan(cacheAt(b, turn + 1).total);
    expect(turnOf(named('gpt-oss-20b').at, named('gpt-oss-120b').at)).toBeUndefined();
  });
  test('includes states', () => {
    expect(difference(named('qwen3.6-27b'), named('qwen3-8b'), 131_072)[2]).toBe(
      '48 of Qwen3.6 27B keep states of 152 MiB at any length.',
    );
  });
  test('says so if both keep the same', () => {
    expect(difference(named('qwen3-8b'), named('qwen3-8b'), 1000)).toEqual([
      'At 1,000 tokens both keep 141 MiB.',
    ]);
  });
});

test('ratios are written in everyday words', () => {
  expect([1.034, 5.98, 71.1, 1200].map(times)).toEqual(['1.03', '6.0', '71', '1,200']);
});
