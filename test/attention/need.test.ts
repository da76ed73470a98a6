/** @file What a decoder must keep, and in which slots, compared with the reads of every later query. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { maxNeeded, needOver, textOf } from '../../src/attention/need';
import { clip, keysOf } from '../../src/attention/runs';
import { patternSpec } from '../../src/attention/registry';
import { maxExact, Pins, pinsAt } from '../../src/attention/slots';
import { anyExpression } from '../support/expressions';
import { InputError } from '../../src/core/check';

/** Farther than any two numbers up to 12 take to line up again: 9 · 10 · 11 tokens. */
const FAR = 1100;
/** Steps that `needOver` answers at once: the last of them has to look farthest ahead. */
const STEPS = 64;

/** Tokens kept at step t because some query of a much longer text still reads them. */
function neededByAll(expression: Expression, steps: number): readonly (readonly number[])[] {
  const mask = maskOf(expression, FAR + 100); // the padding at its end is far away
  const last = new Int32Array(steps).fill(-1);
  for (let q = 0; q < FAR; q++)
    for (const key of keysOf(clip(mask.row(q), 0, Math.min(steps, q + 1)))) last[key] = q;
  return Array.from({ length: steps }, (_, t) =>
    Array.from({ length: t + 1 }, (_, k) => k).filter((k) => last[k]! >= t),
  );
}

describe('what a decoder must keep of a text that continues', () => {
  test('is what this query or any later one reads, however far on', () => {
    fc.assert(
      fc.property(anyExpression(12), (expression) => {
        const needed = neededByAll(expression, STEPS);
        const { held } = needOver(expression, STEPS);
        expect([...held.subarray(0, STEPS)]).toEqual(needed.map((keys) => keys.length));
      }),
      { numRuns: 80 },
    );
  });

  test('ignores padding at an end that has not been reached', () => {
    const padded = read('causal & !padding(2, 3)');
    expect(textOf(padded, 9).row(8)).toEqual([2, 9]);
    expect(maskOf(padded, 9).row(8)).toEqual([2, 6]);
    expect(needOver(padded, 9).held[8]).toBe(7);
  });

  test.each([
    ['causal', Infinity],
    ['causal & window(7)', 7],
    ['causal & (window(7) | sink(4))', 11],
    ['causal & chunk(8)', 8],
    ['causal & chunk(8) & window(3)', 3],
    ['causal & exact(5, 3)', 7],
    ['causal & summaries(5, 3)', Infinity],
    ['causal & dilated(3)', Infinity],
    ['causal & dilated(3) & window(10)', 10],
    ['causal & documents(9)', Infinity],
    ['causal & documents(9) & window(4)', 4],
    ['causal & prefix(6)', 6],
    ['causal & !causal', 0],
    ['causal & dilated(127) & dilated(131)', Infinity],
  ])('for %s is at most %d keys', (text, most) => {
    expect(maxNeeded(read(text))).toBe(most);
    expect(maxExact(patternSpec(text, {}))).toBe(most);
  });

  test('has the largest size ever kept as its bound', () => {
    fc.assert(
      fc.property(anyExpression(7), (expression) => {
        const most = maxNeeded(expression);
        const { held } = needOver(expression, 1000);
        const early = Math.max(...held.subarray(0, 500));
        const ever = Math.max(...held);
        if (most === Infinity) expect(ever).toBeGreaterThan(early);
        else expect(ever).toBe(most);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the slots of a mask', () => {
  const slotsOver = (text: string, steps: number) => {
    const pins = new Pins(read(text));
    return Array.from({ length: steps }, () => pins.take());
  };

  test('form a ring for a window', () => {
    expect(slotsOver('causal & window(4)', 11)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]);
  });

  test('are two pinned slots and a ring for a window with sinks', () => {
    expect(slotsOver('causal & (window(3) | sink(2))', 11)).toEqual([
      0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4,
    ]);
  });

  test('exclude a token that no query reads', () => {
    expect(slotsOver('causal & !window(1) & sink(1)', 4)).toEqual([0, -1, -1, -1]);
  });

  test('hold one needed token each, and all that are needed, and every row finds its keys in them', () => {
    fc.assert(
      fc.property(anyExpression(12), (expression) => {
        const needed = neededByAll(expression, STEPS);
        const pins = new Pins(expression);
        const standing = new Map<number, number>();
        for (let t = 0; t < STEPS; t++) {
          const slot = pins.take();
          expect(pins.tokens).toEqual(needed[t]);
          expect(new Set(pins.slots).size).toBe(pins.tokens.length);
          if (slot >= 0) standing.set(slot, t);
          // A slot still holds what was written there last.
          pins.tokens.forEach((token, i) => expect(standing.get(pins.slots[i]!)).toBe(token));
          const row = textOf(expression, t + 1).row(t);
          expect(pins.read().map((i) => pins.tokens[i])).toEqual(keysOf(row));
        }
        expect(pins.used).toBeLessThanOrEqual(maxNeeded(expression));
        expect(pinsAt(expression, STEPS - 1).tokens).toEqual(pins.tokens);
      }),
      { numRuns: 40 },
    );
  });

  test('refuse to compute with a token that was dropped', () => {
    const pins = new Pins(read('causal & window(4)'));
    for (let t = 0; t < 6; t++) pins.take();
    pins.tokens.splice(1, 1);
    pins.slots.splice(1, 1);
    expect(() => pins.read()).toThrow(
      /token 5 reads token 3, which this cache has dropped: .* causal & window\(4\) meet only after more than 16384 tokens/,
    );
    expect(() => pins.read()).toThrow(InputError);
  });
});
