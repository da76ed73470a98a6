/** @file What the page says about a layer's mask before it is trained. */
import { describe, expect, test } from 'vitest';
import { patternSpec } from '../../src/attention/registry';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { countMask, warningsOf, warningsOfWriting } from '../../src/state/sayMask';

const warned = (mask: string) => warningsOf(patternSpec(mask, {}), 16);

describe('the description of a mask', () => {
  test('says what it reads, of how much, and how far it reaches', () => {
    expect(countMask('causal & window(4)', 16, 3)).toBe(
      'A query reads 3.6 keys on average, 43 % of a global layer; from the last token 3 such layers reach 10 tokens.',
    );
  });

  test('has no warning if there is nothing to warn of', () => {
    expect(warned('causal & window(4)')).toEqual([]);
    expect(warned('causal & !padding(0, 0)')).toEqual([]);
  });

  test('says that it reads the future, and where first', () => {
    expect(warned('!ahead(2)')).toEqual([
      expect.stringMatching(/^It reads the future: query 0 reads key 1\./),
    ]);
  });

  test('says that padding at the end does not apply while a model generates', () => {
    expect(warned('causal & !padding(0, 3)')).toEqual([
      expect.stringMatching(/While it writes, the end of the text is unknown/),
    ]);
    expect(warned('causal & ~!padding(0, 3)')).toEqual([]);
    expect(warned('causal & !padding(2, 0)').join()).not.toMatch(/While it writes/);
  });
});

describe('the description of a model that generates', () => {
  const leaky: RunSpec = {
    ...DEFAULTS,
    plan: 'custom',
    stripes: 'G1S1',
    masks: 'window(3) & !ahead(2)',
  };

  test('is empty if it was trained as it generates', () => {
    expect(warningsOfWriting(DEFAULTS)).toEqual([]);
  });

  test('names the layers that were trained to read the future', () => {
    expect(warningsOfWriting(leaky)).toEqual([
      'Layers 2, 4 of this model were trained to read tokens that come later. While it writes there are none, so the text is worse than its loss promises.',
    ]);
    expect(warningsOfWriting({ ...leaky, stripes: 'GSGS' })).toEqual([]);
  });

  test('says that it reads on past the end of a document', () => {
    const [one, ...more] = warningsOfWriting({ ...DEFAULTS, documents: 'masked' });
    expect(one).toMatch(/^During training the documents of a row were kept apart\. /);
    expect(more).toEqual([]);
    expect(warningsOfWriting({ ...DEFAULTS, documents: 'restart' })[0]).toMatch(
      /positions restarted with each/,
    );
  });
});
