/** @file What is said of a layer's mask before it is trained. */
import { describe, expect, test } from 'vitest';
import { patternSpec } from '../../src/attention/registry';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { countMask, warningsOf, warningsOfWriting } from '../../src/state/sayMask';

const warned = (mask: string) => warningsOf(patternSpec(mask, {}), 16);

describe('of a mask is said', () => {
  test('what it reads, of how much, and how far it reaches', () => {
    expect(countMask('causal & window(4)', 16, 3)).toBe(
      'A query reads 3.6 keys on average, 43 % of a global layer; from the last token 3 such layers reach 10 tokens.',
    );
  });

  test('nothing to beware of, where there is nothing', () => {
    expect(warned('causal & window(4)')).toEqual([]);
    expect(warned('causal & !padding(0, 0)')).toEqual([]);
  });

  test('that it reads the future, and where first', () => {
    expect(warned('!ahead(2)')).toEqual([
      expect.stringMatching(/^It reads the future: query 0 reads key 1\./),
    ]);
  });

  test('that padding at the end is none while a model writes', () => {
    expect(warned('causal & !padding(0, 3)')).toEqual([
      expect.stringMatching(/While it writes, the end of the text is unknown/),
    ]);
    expect(warned('causal & ~!padding(0, 3)')).toEqual([]);
    expect(warned('causal & !padding(2, 0)').join()).not.toMatch(/While it writes/);
  });
});

describe('of a model that writes is said', () => {
  const leaky: RunSpec = {
    ...DEFAULTS,
    plan: 'custom',
    stripes: 'G1S1',
    masks: 'window(3) & !ahead(2)',
  };

  test('nothing, where it was trained as it writes', () => {
    expect(warningsOfWriting(DEFAULTS)).toEqual([]);
  });

  test('which layers were trained to read the future', () => {
    expect(warningsOfWriting(leaky)).toEqual([
      'Layers 2, 4 of this model were trained to read tokens that come later. While it writes there are none, so the text is worse than its loss promises.',
    ]);
    expect(warningsOfWriting({ ...leaky, stripes: 'GSGS' })).toEqual([]);
  });

  test('that it reads on past the end of a document', () => {
    const [one, ...more] = warningsOfWriting({ ...DEFAULTS, documents: 'masked' });
    expect(one).toMatch(/^During training the documents of a row were kept apart\. /);
    expect(more).toEqual([]);
    expect(warningsOfWriting({ ...DEFAULTS, documents: 'restart' })[0]).toMatch(
      /positions restarted with each/,
    );
  });
});
