import { describe, expect, test } from 'vitest';
import { sources } from '../../src/data/registry';
import { slices } from '../../src/data/slices';
import type { CorpusSource } from '../../src/data/source';
import {
  FEW,
  sliceDiffers,
  sliceFinding,
  sliceReach,
  sliceSubject,
  type SliceAsked,
} from '../../src/state/sliceWords';

const asked = (reach: number, slice = 'second-saying', task = 'said-twice'): SliceAsked => ({
  slice: slices.get(slice),
  source: sources.get(task) as CorpusSource,
  reach,
  context: 128,
});
const of = (loss: number, tokens = 1000) => ({ loss, accuracy: 0.5, tokens });

describe('a slice in words', () => {
  test('says that far text is needed if local layers alone cannot see the source', () => {
    expect(sliceSubject(asked(61))).toBe('Characters that need the far text');
    expect(sliceReach(asked(61))).toBe(
      'The text that helps is 96 characters back; local layers alone see 61.',
    );
  });

  test('has its own name if local layers alone see the source', () => {
    expect(sliceSubject(asked(125))).toBe('Second saying');
    expect(sliceReach(asked(125))).toMatch(
      /^The text that helps is 96 .* see: nothing far is needed/,
    );
  });

  test('is far at every reach if far by its own rule', () => {
    expect(sliceSubject(asked(125, 'far-copy'))).toBe('Characters that need the far text');
    expect(sliceReach(asked(125, 'far-copy'))).toBe(
      'Their last match begins beyond the 125 characters that local layers alone see.',
    );
  });

  test.each([
    [of(0.314), of(2.096), '0.31 nats each, 1.79 less than the rest.'],
    [of(3.4), of(2.1), '3.40 nats each, 1.30 more than the rest.'],
    [of(2.104), of(2.098), '2.10 nats each, as the rest.'],
    [of(2.1), of(0, 0), '2.10 nats each. They are all of the 1,000 characters scored.'],
  ])('is compared with the rest by the numbers as displayed', (slice, rest, words) => {
    expect(sliceFinding(asked(61), { slice, rest })).toBe(
      `Characters that need the far text: ${words}`,
    );
  });

  test('gives only the number of characters for a handful of them', () => {
    expect(sliceFinding(asked(61), { slice: of(0.3, 7), rest: of(2, 2041) })).toBe(
      'Characters that need the far text: only 7 of the 2,048 characters scored, too few to compare.',
    );
    expect(sliceFinding(asked(61), { slice: of(0.3, FEW), rest: of(2) })).toMatch(/0.30 nats each/);
  });

  test.each([
    [
      { ...asked(61), context: 64 },
      'The text that helps is 96 characters back, outside a context of 64.',
    ],
    [{ ...asked(128, 'far-copy') }, 'Local layers alone see all 128 characters of the context.'],
    [asked(61, 'far-copy'), 'A context of 128 characters holds none.'],
  ])('says that it is empty, and why', (where, words) => {
    const finding = sliceFinding(where, { slice: of(0, 0), rest: of(2, 2048) });
    expect(finding).toBe(
      `Characters that need the far text: none of the 2,048 characters scored. ${words}`,
    );
  });

  test('warns if runs with different windows are scored on different characters, and only then', () => {
    const run = (name: string, reach: number, tokens: number) => ({ name, reach, tokens });
    const [copies, saying] = [slices.get('far-copy'), slices.get('second-saying')];
    const runs = [run('Local W 8', 29, 1240), run('Local W 16', 61, 812)];
    expect(sliceDiffers(copies, runs)).toBe(
      'What is far depends on the window, and these runs have different ones: their far copies are not the same characters (Local W 8 1,240, Local W 16 812).',
    );
    expect(sliceDiffers(copies, [runs[0]!, run('Global', 29, 1240)])).toBe('');
    expect(sliceDiffers(saying, runs)).toBe('');
  });
});
