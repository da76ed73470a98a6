/**
 * @file Every model type as computed by transformers itself: its layers, its masks bit for bit, and the contents of its
 * own cache; scripts/interop/run-configs.mjs recorded it.
 */
import { describe, expect, test } from 'vitest';
import {
  cacheCases,
  changedCases,
  compared,
  ELSEWHERE,
  LENGTHS,
  maskCases,
  ourNumbers,
  W,
  type Made,
} from '../../scripts/interop/configTypes';
import { comparedPairs, pairCases, type MadePair } from '../../scripts/interop/pairs';
import { comparedImages, imageCases } from '../../scripts/interop/images';
import { TABLE_VERSION } from '../../src/masks/configTable';
import fixture from '../fixtures/interop/configs.json';

const made = fixture as unknown as Made;

describe('every model type, given to transformers', () => {
  test('was recorded, with the version the table is from', () => {
    expect(fixture.transformers).toBe(TABLE_VERSION);
    expect(fixture.failed).toEqual({});
    const ids = [...maskCases(), ...changedCases].map(({ id }) => id);
    expect(Object.keys(made.masks).sort()).toEqual(ids.sort());
    expect(ids.length).toBeGreaterThan(240);
    expect(Object.keys(ELSEWHERE)).toHaveLength(3);
  });

  test('has the layers, the masks and the cache that we compute', () => {
    expect(compared(made).wrong).toEqual([]);
  });

  test('would be reported if a mask or a number in a cache differed', () => {
    const copy = structuredClone(fixture) as unknown as {
      masks: Record<string, { sums: Record<string, { pairs: number }> }>;
      caches: Record<string, { numbers: number[][] }>;
    };
    copy.masks['gemma2']!.sums['sliding_attention']!.pairs++;
    copy.caches['llama']!.numbers[2]![1]! += 1;
    expect(compared(copy as unknown as Made).wrong).toHaveLength(2);
  });
});

describe('an encoder and a decoder, compared by derivatives', () => {
  const pairs = fixture.pairs as unknown as Record<string, MadePair>;
  test('read what we draw: both sides, earlier tokens, the whole source; and keep what we count', () => {
    expect(Object.keys(pairs).sort()).toEqual(pairCases.map(({ id }) => id).sort());
    expect(pairCases.length).toBeGreaterThanOrEqual(20);
    expect(comparedPairs(pairs)).toEqual([]);
  });
  test('would be reported if a cell or a number in a cache differed', () => {
    const copy = structuredClone(pairs) as unknown as Record<
      string,
      { sums: Record<string, { crc: number }>; own: number[]; source: number[] }
    >;
    copy['led']!.sums['encoder']!.crc ^= 1;
    copy['bart']!.sums['cross']!.crc ^= 1;
    copy['t5']!.own[0]! += 1;
    copy['whisper']!.source[1]! += 1;
    expect(comparedPairs(copy as unknown as Record<string, MadePair>)).toHaveLength(4);
  });
  test('have windows in LED, LongT5 and T5Gemma that do not read everything', () => {
    for (const id of ['led', 'longt5, local', 't5gemma'])
      expect(pairs[id]!.sums.encoder!.pairs, id).toBeLessThan(24 * 24);
    expect(pairs['t5gemma']!.sums.decoder!.pairs).toBeLessThan((17 * 18) / 2);
  });
});

describe('the contents of a dynamic cache', () => {
  test('were recorded for one model type of each kind of cache, at least 24, around its window', () => {
    expect(LENGTHS).toEqual([1, W - 1, W, W + 1, 3 * W + 7]);
    expect(Object.keys(made.caches).sort()).toEqual(cacheCases.map(({ id }) => id).sort());
    expect(cacheCases.length).toBeGreaterThanOrEqual(24);
    const classes = new Set(Object.values(made.caches).flatMap((one) => one.classes));
    for (const kind of [
      'DynamicLayer',
      'DynamicSlidingWindowLayer',
      'LinearAttentionLayer',
      'DummyLayer',
      'DynamicIndexedLayer',
    ])
      expect(classes).toContain(kind);
  });

  test('hold one token less between two steps in a layer with a window than must be reserved for one', () => {
    const mistral = cacheCases.find(({ id }) => id === 'mistral')!;
    const [, , , , far] = ourNumbers(mistral);
    // 2 heads, keys and values of 16 numbers
    expect(far!.provided).toEqual(Array(6).fill(W * 2 * 2 * 16));
    expect(far!.between).toEqual(Array(6).fill((W - 1) * 2 * 2 * 16));
    expect(made.caches['mistral']!.numbers[4]).toEqual(far!.between);
  });
});

describe('a text with two images, given to transformers', () => {
  type Made = Parameters<typeof comparedImages>[0];
  test('opens the layers that we list, within their windows or beyond', () => {
    expect(Object.keys(fixture.images).sort()).toEqual(imageCases.map(({ type }) => type).sort());
    expect(comparedImages(fixture.images)).toEqual([]);
  });
  test.each(imageCases.map(({ type }) => [type]))(
    'would be reported if a cell of %s differed',
    (type) => {
      const copy = structuredClone(fixture.images) as Record<string, Record<string, string[]>>;
      const rows = copy[type]!['full_attention']!;
      rows[3] = [...rows[3]!].map((cell) => (cell === '1' ? '0' : '1')).join('');
      expect(comparedImages(copy as Made)).toHaveLength(1);
    },
  );
});
