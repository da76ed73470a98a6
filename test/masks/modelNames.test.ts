/** @file The names of models on the pages, and how the rotary column describes scaled positions. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/masks/configs';
import { nestingTypes, openedTypes } from '../../src/masks/configTable';
import { namedTypes, nameOfType } from '../../src/masks/modelNames';
import { configOfType } from '../../src/masks/planner/typed';

test.each([
  ['bart', 'BART'],
  ['whisper', 'Whisper'],
  ['t5', 'T5'],
  ['gpt_oss', 'gpt-oss'],
  ['ministral3', 'Ministral 3'],
  ['mistral', 'Mistral'],
  ['qwen3', 'Qwen3'],
  ['gemma3', 'Gemma 3'],
  ['llama4_text', 'Llama 4'],
  ['mllama_text_model', 'Llama 3.2 Vision'],
])('%s is called %s', (type, name) => {
  expect(readConfig(configOfType(type)).label).toBe(name);
});

test('every name belongs to a type that opens, and each type has one name', () => {
  const known = [...openedTypes(), ...nestingTypes()];
  const used = new Set(known.flatMap((type) => nameOfType(type) ?? []));
  for (const type of namedTypes()) expect(used, type).toContain(nameOfType(type));
  expect(nameOfType('constructor')).toBeUndefined();
  expect(nameOfType('no_such_model')).toBeUndefined();
});

describe('scaled positions are described', () => {
  const rope = (fields: object) =>
    readConfig(JSON.stringify({ model_type: 'gpt_oss', ...fields })).layers[0]!.rope;
  test.each([
    ['rope_parameters', { rope_theta: 150_000, rope_type: 'yarn', factor: 32 }, 'YaRN', 32],
    ['rope_scaling', { rope_type: 'yarn', factor: 4 }, 'YaRN', 4],
    ['rope_scaling', { type: 'linear', factor: 8 }, 'linear scaling', 8],
  ])('with %s: %o', (field, said, by, factor) => {
    expect(rope({ [field]: said })).toEqual({ base: 150_000, stretched: { by, factor } });
  });
  test('and without scaling or a known method nothing is said', () => {
    for (const type of ['default', 'constructor', 7, null])
      expect(rope({ rope_scaling: { rope_type: type, factor: 2 } })).toEqual({ base: 150_000 });
    const said = rope({ rope_scaling: { rope_type: 'yarn', factor: 'x' } });
    expect(said).toEqual({ base: 150_000, stretched: { by: 'YaRN' } });
  });
});
