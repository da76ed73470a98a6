/** @file Well-known masks as presets: their rows against the definition of each, cell by cell. */
import { describe, expect, test } from 'vitest';
import { cellsOf, fromRule } from '../../src/attention/mask';
import { expressionOf } from '../../src/masks/layers';
import { maskOf } from '../../src/attention/expression';
import { fromAddress, toAddress } from '../../src/compare/address';
import { besideGlobal, specsOf } from '../../src/compare/comparison';
import { checkRun } from '../../src/spec/check';
import { presets, specOfPreset } from '../../src/spec/preset';
import { layersOf } from '../../src/spec/run';

type Rule = (q: number, k: number) => boolean;
const block = (size: number, at: number) => Math.floor(at / size);
const document = (at: number) => [21, 43].filter((begin) => begin <= at).length;
const window = (q: number, k: number, size: number) => k <= q && k > q - size;

/** What each layer reads by its definition, computed without terms. */
const DEFINED: Readonly<Record<string, readonly Rule[]>> = {
  'sinks-window': Array<Rule>(4).fill((q, k) => window(q, k, 12) || (k < 4 && k <= q)),
  chunks: [
    ...Array<Rule>(3).fill((q, k) => k <= q && block(16, k) === block(16, q)),
    (q, k) => k <= q,
  ],
  'block-causal': Array<Rule>(4).fill((q, k) => block(8, k) <= block(8, q)),
  strided: [0, 1, 2, 3].map((layer): Rule =>
    layer % 2 === 0 ? (q, k) => window(q, k, 8) : (q, k) => k <= q && (q - k) % 8 === 0,
  ),
  'global-tokens': Array<Rule>(4).fill(
    (q, k) => k <= q && (window(q, k, 12) || [0, 32].includes(k) || [0, 32].includes(q)),
  ),
  'prefix-lm': Array<Rule>(4).fill((q, k) => k <= q || (q < 16 && k < 16)),
  packed: Array<Rule>(4).fill((q, k) => k <= q && document(k) === document(q)),
};

const known = presets.all.filter(({ group }) => group === 'Masks people know');

test('each known mask has a definition here, and there are no others', () => {
  expect(known.map(({ id }) => id).sort()).toEqual(Object.keys(DEFINED).sort());
});

describe.each(known.map((preset) => [preset.id, preset] as const))('%s', (id, preset) => {
  const spec = specOfPreset(preset);

  test('reads in every layer what its definition says', () => {
    const T = spec.context;
    checkRun(spec);
    const layers = layersOf(spec);
    expect(layers).toHaveLength(DEFINED[id]!.length);
    layers.forEach((layer, l) =>
      expect(cellsOf(maskOf(expressionOf(layer), T)), `layer ${l + 1}`).toEqual(
        cellsOf(fromRule(T, T, DEFINED[id]![l]!)),
      ),
    );
  });

  test('says what to watch, and that it reproduces only the mask', () => {
    expect(preset.summary).toMatch(/Watch /);
    expect(preset.summary).toMatch(/mask alone|does not look ahead|the mask’s alone/);
  });

  test('opens Compare next to a model that reads everything', () => {
    const { comparison, notes } = fromAddress(toAddress(besideGlobal(spec, preset.label)));
    expect(notes).toEqual([]);
    const [own, other] = specsOf(comparison);
    expect(layersOf(own!)).toEqual(layersOf(spec));
    expect(other!.plan).toBe('global');
  });
});
