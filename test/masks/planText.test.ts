import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief } from '../../src/attention/expression';
import { InputError } from '../../src/core/check';
import { readPlan, type PlanSizes } from '../../src/masks/planText';
import { writeStack } from '../../src/masks/stackText';

const stack = (text: string, sizes?: PlanSizes) => writeStack(readPlan(text, sizes));

describe('a plan is read as one mask per layer', () => {
  test.each([
    ['S*5 G', { window: 512 }, '5*causal & window(512); causal'],
    ['SSSG', { window: 4 }, '3*causal & window(4); causal'],
    [
      '(S*2 G)*2',
      { window: 4096 },
      '2*causal & window(4096); causal; 2*causal & window(4096); causal',
    ],
    ['S * 2, G', { window: 4 }, '2*causal & window(4); causal'],
    ['G', {}, 'causal'],
    ['G', { layers: 3 }, '3*causal'],
    ['GGG', { layers: 1 }, 'causal'],
    ['SSSSSG', { window: 4, layers: 8 }, '5*causal & window(4); causal; 2*causal & window(4)'],
    ['A G', { window: 4, chunk: 2 }, 'causal & (exact(4, 2) | summaries(4, 2)); causal'],
    ['K G', { window: 8 }, 'causal & (window(8) | sink(4)); causal'],
    ['causal & window(4)', { layers: 2 }, '2*causal & window(4)'],
    ['5*causal & window(512); causal', {}, '5*causal & window(512); causal'],
    ['causal & window(4); causal', { layers: 3 }, 'causal & window(4); causal; causal & window(4)'],
  ])('%s with %j', (text, sizes, written) => expect(stack(text, sizes)).toBe(written));

  test.each([
    ['', {}, 'the plan is empty'],
    ['S*5 G', {}, "'S*5 G' has layers S (local), and no window was given"],
    ['S', { window: 0 }, 'the window is 0'],
    ['S', { window: 1.5 }, 'the window is 1.5'],
    [
      'SSSL',
      { window: 4 },
      "the plan 'SSSL' has no layer at character 4, before 'L'; the layers are G (global)",
    ],
    ['S*', { window: 4 }, "needs the number of layers after '*'"],
    ['S*0', { window: 4 }, "needs the number of layers after '*'"],
    ['(SG', { window: 4 }, "needs a ')' at character 4, at its end"],
    ['SG)', { window: 4 }, 'has a bracket that was not opened at character 3'],
    ['()', {}, 'needs a layer'],
    ['5*S', { window: 4 }, "has no layer at character 1, before '5*S'"],
    ['G*200', {}, 'names more than 128 layers'],
    ['(G*99)*99', {}, 'names more than 128 layers'],
    ['SSG', { window: 4, layers: 2 }, "'SSG' names 3 layers; the masks have 2"],
    ['G', { window: 4 }, "a window of 4 was given, and no layer of 'G' has one"],
    ['causal & window(4)', { window: 5 }, 'names masks with their own numbers'],
    ['casual', {}, "the mask has 'casual' at character 1"],
  ])('%s with %j is refused', (text, sizes, words) =>
    expect(() => readPlan(text, sizes)).toThrow(words),
  );
});

test('any text is read or refused in one sentence', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 30 }),
        fc.string({ unit: fc.constantFrom(...'SGAK*() ,512;'), maxLength: 30 }),
      ),
      fc.option(fc.integer({ min: 1, max: 130 }), { nil: undefined }),
      (text, layers) => {
        try {
          const sizes = { window: 8, chunk: 2, layers };
          const read = readPlan(text, sizes);
          expect(read.length).toBeGreaterThan(0);
          if (layers !== undefined) expect(read).toHaveLength(layers);
          const again = readPlan(writeStack(read));
          expect(again.map(brief)).toEqual(read.map(brief));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message).not.toMatch(/\n|undefined/);
        }
      },
    ),
  ));

test('letters say what their parts say', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ letter: fc.constantFrom('S', 'G'), times: fc.integer({ min: 1, max: 9 }) }),
        {
          minLength: 1,
          maxLength: 9,
        },
      ),
      (parts) => {
        const text = `${parts.map(({ letter, times }) => `${letter}*${times}`).join(' ')}`;
        const plain = parts.map(({ letter, times }) => letter.repeat(times)).join('');
        const sizes = plain.includes('S') ? { window: 3 } : {};
        expect(stack(text, sizes)).toBe(stack(plain, sizes));
      },
    ),
  ));
