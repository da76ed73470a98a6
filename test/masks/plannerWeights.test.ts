/** @file Weights counted from sizes, compared with transformers’ own models and published numbers. */
import { describe, expect, test } from 'vitest';
import { comparedWeights, weightCases } from '../../scripts/interop/weights';
import { readConfig } from '../../src/masks/configs';
import { released } from '../../src/masks/planner/released';
import { activationBytes, EXACT, weightsOf } from '../../src/masks/planner/weights';
import fixture from '../fixtures/interop/configs.json';

const of = (config: Readonly<Record<string, unknown>>) => {
  const text = JSON.stringify(config);
  return weightsOf(text, readConfig(text));
};

const released_ = released.all.map(({ id, config }) => ({ id, fields: config }));
const made = fixture.weights as Readonly<Record<string, number>>;

describe('weights compared with transformers’ own models', () => {
  test('are equal for every released model and for one of each type with an exact count', () => {
    const cases = weightCases(released_);
    expect(Object.keys(made).sort()).toEqual(cases.map(({ id }) => id).sort());
    const types = cases.map(({ fields }) => fields['model_type']);
    for (const type of EXACT) expect(types).toContain(type);
    expect(comparedWeights(cases, made)).toEqual([]);
  });
  test('would be reported with one more or less', () => {
    const other = { ...made, 'llama-3.1-8b': made['llama-3.1-8b']! + 1 };
    expect(comparedWeights(weightCases(released_), other)).toHaveLength(1);
  });
  test.each([
    ['llama-3.1-8b', 8.03],
    ['gpt-oss-120b', 116.8],
    ['gpt-oss-20b', 20.9],
    ['deepseek-v3', 671],
    ['gemma-4-31b', 30.7],
    ['nemotron-3-super-120b', 120.7],
    ['qwen3.5-9b', 8.95],
  ])('%s has %f billion, as published', (id, billions) => {
    expect(made[id]! / 1e9 / billions).toBeCloseTo(1, 2);
  });
});

test('Qwen3 30B-A3B has 128 experts of 768 besides attention', () => {
  const weights = of({
    model_type: 'qwen3_moe',
    num_hidden_layers: 48,
    hidden_size: 2048,
    intermediate_size: 6144,
    moe_intermediate_size: 768,
    num_experts: 128,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    head_dim: 128,
    tie_word_embeddings: false,
    vocab_size: 151936,
  });
  expect((weights as { parameters: number }).parameters / 30_532_122_624).toBeCloseTo(1, 3);
});

test('a model that cannot be counted says why', () => {
  expect(of({ model_type: 'llama' })).toBe('the file does not say intermediate_size');
  const jamba = { model_type: 'jamba', intermediate_size: 100 };
  expect(of(jamba)).toMatch(/parts whose sizes are not counted/);
  expect(of({ model_type: 't5' })).toMatch(/an encoder and a decoder/);
});

test('a tied table is counted once', () => {
  const one = { ...released.get('llama-3.1-8b').config };
  const two = { ...one, tie_word_embeddings: true };
  const [apart, tied] = [of(one), of(two)] as { parameters: number; embedding: number }[];
  expect(apart!.parameters - tied!.parameters).toBe(128256 * 4096);
  expect(tied!.embedding).toBe(128256 * 4096);
});

test('a step holds its widest layer in 16 bits and a score for each vocabulary entry in 32', () => {
  expect(activationBytes({ widest: 10 }, 1000, 3, 2)).toBe(2 * 10 * 3 + 4 * 1000 * 2);
});
