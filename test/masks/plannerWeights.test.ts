/** @file Weights counted from sizes, held to what the makers of released models publish. */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/masks/configs';
import { released } from '../../src/masks/planner/released';
import { activationBytes, weightsOf } from '../../src/masks/planner/weights';

const of = (config: Readonly<Record<string, unknown>>) => {
  const text = JSON.stringify(config);
  return weightsOf(text, readConfig(text));
};

const published = released.all.filter(({ parameters }) => parameters !== undefined);

test.each(
  published
    .filter(({ config }) => typeof of(config) === 'object')
    .map((one) => [one.label, one] as const),
)('%s has as many weights as its makers say, within 1 %%', (_, { config, parameters }) => {
  const weights = of(config);
  if (typeof weights === 'string') throw new Error(weights);
  expect(weights.parameters / parameters!).toBeGreaterThan(0.99);
  expect(weights.parameters / parameters!).toBeLessThan(1.01);
});

test('Qwen3 30B-A3B: 128 experts of 768 beside attention', () => {
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

test('what cannot be counted says why', () => {
  expect(of({ model_type: 'llama' })).toBe('the file does not say intermediate_size');
  expect(of(released.get('gemma-3n-e4b').config)).toMatch(/parts whose sizes are not counted/);
});

test('a tied table is counted once', () => {
  const one = { ...released.get('llama-3.1-8b').config };
  const two = { ...one, tie_word_embeddings: true };
  const [apart, tied] = [of(one), of(two)] as { parameters: number; embedding: number }[];
  expect(apart!.parameters - tied!.parameters).toBe(128256 * 4096);
  expect(tied!.embedding).toBe(128256 * 4096);
});

test('a step holds its widest layer in 16 bits and a score for each word in 32', () => {
  expect(activationBytes({ widest: 10 }, 1000, 3, 2)).toBe(2 * 10 * 3 + 4 * 1000 * 2);
});
