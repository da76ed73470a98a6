/**
 * @file Our masks against those computed by PyTorch, JAX and transformers, recorded by scripts/interop/run-code.mjs.
 */
import { describe, expect, test } from 'vitest';
import {
  codeCases,
  configCases,
  ourCode,
  ourConfig,
  unseenTerms,
  written,
  type Sum,
} from '../../scripts/interop/cases';
import { readConfig } from '../../src/masks/configs';
import fixture from '../fixtures/interop/masks.json';

interface Made {
  readonly T: number;
  readonly sums: readonly Sum[];
}
const code = fixture.code as Record<string, Made & { layers: string[]; formats: string[] }>;
const configs = fixture.configs as Record<string, Made & { fields: Record<string, unknown> }>;

const files = import.meta.glob<string>('../fixtures/configs/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const ours = configCases(
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path.split('/').at(-1)!.replace('.json', ''),
      text,
    ]),
  ),
);

describe('code run in Python', () => {
  test('was recorded for every case and every term', () => {
    expect(Object.keys(code)).toEqual(codeCases.map(({ id }) => id));
    expect(unseenTerms()).toEqual([]);
  });
  test('gives the same masks as ours, bit for bit, in every format that can express them', () => {
    for (const one of codeCases) {
      const made = code[one.id]!;
      expect({ T: made.T, layers: made.layers }, one.id).toEqual({ T: one.T, layers: one.layers });
      expect(Object.keys(written(one)).sort(), one.id).toEqual(made.formats);
      expect(ourCode(one), one.id).toEqual(made.sums);
    }
  });
});

describe('a config given to transformers', () => {
  test('was recorded for every released config, and for fields that no released one uses', () => {
    expect(Object.keys(configs)).toEqual(ours.map(({ id }) => id));
    const families = new Set(ours.map(({ fields }) => readConfig(JSON.stringify(fields)).family));
    expect(families.size).toBeGreaterThanOrEqual(11);
  });
  test.each(ours)('$id: its masks are ours, in every layer', (one) => {
    const made = configs[one.id]!;
    expect(JSON.parse(JSON.stringify(one.fields))).toEqual(made.fields);
    expect(made.sums.every(({ pairs }) => pairs > 0)).toBe(true);
    expect(ourConfig(one)).toEqual(made.sums);
  });
});
