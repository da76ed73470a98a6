import { describe, expect, test } from 'vitest';
import { write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { masksIn, MAX_MASKS } from '../../src/attention/masksIn';
import { checkRun } from '../../src/spec/check';
import { layersOf, type RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { readersOf, withoutMask } from '../../src/spec/stripes';

const masked = (stripes: string, masks: string): RunSpec => ({
  ...DEFAULTS,
  plan: 'custom',
  stripes,
  layers: stripes.length,
  masks,
});
const MASKS = ['causal & window(3)', 'causal & sink(2)', 'causal & dilated(2)'];

describe('a mask that no layer reads', () => {
  test('is removed, and every layer reads what it read before', () => {
    for (let gone = 0; gone < MASKS.length; gone++) {
      const rest = [0, 1, 2].filter((at) => at !== gone).map((at) => String(at + 1));
      const spec = masked(`G${rest.join('')}S${rest.join('')}`, MASKS.join(';'));
      expect(readersOf(spec)[gone]).toEqual([]);
      const next = { ...spec, ...withoutMask(spec, gone) };
      checkRun(next);
      expect(layersOf(next)).toEqual(layersOf(spec));
      expect(masksIn(next.masks)).toHaveLength(2);
    }
  });

  test('must not be read by any layer, and layers that do are named from 1', () => {
    expect(readersOf(masked('G1S1', MASKS.slice(0, 2).join(';')))).toEqual([[2, 4], []]);
    expect(readersOf({ ...masked('G1S1', MASKS[0]!), plan: 'grouped' })).toEqual([[]]);
  });

  test('leaves nothing behind if it was the only one', () => {
    const spec = masked('GSGS', MASKS[0]!);
    expect({ ...spec, ...withoutMask(spec, 0) }).toEqual({ ...spec, masks: '' });
  });

  test('can be removed from a full list', () => {
    const all = Array.from({ length: MAX_MASKS }, (_, n) => write(read(`window(${n + 1})`)));
    const spec = masked(`G${MAX_MASKS}`, all.join(';'));
    const next = { ...spec, ...withoutMask(spec, 0) };
    expect(next.stripes).toBe(`G${MAX_MASKS - 1}`);
    expect(layersOf(next)).toEqual(layersOf(spec));
  });
});
