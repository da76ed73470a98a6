/** @file What a decoder must hold, and in which slots, against a look at every later query. */
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

/** Farther than any two numbers up to 12 take to come to the same again: 9 · 10 · 11 tokens. */
const FAR = 1100;
/** What `needOver` gives at once: of the last of them it has to look farthest. */
const STEPS = 64;

/** Tokens held at step t, by every query of a much longer text. */
function neededByAll(expression: Expression, steps: number): readonly (readonly number[])[] {
  const mask = maskOf(expression, FAR + 100); // the padding at its end is nowhere near
  const last = new Int32Array(steps).fill(-1);
  for (let q = 0; q < FAR; q++)
    for (const key of keysOf(clip(mask.row(q), 0, Math.min(steps, q + 1)))) last[key] = q;
  return Array.from({ length: steps }, (_, t) =>
    Array.from({ length: t + 1 }, (_, k) => k).filter((k) => last[k]! >= t),
  );
}

describe('what a decoder must hold of a text that goes on', () => {
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

  test('knows no padding at an end that is not there', () => {
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
  ])('of %s is at most %d keys', (text, most) => {
    expect(maxNeeded(read(text))).toBe(most);
    expect(maxExact(patternSpec(text, {}))).toBe(most);
  });

  test('is at most so many as are ever held', () => {
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

  test('of a window are a ring', () => {
    expect(slotsOver('causal & window(4)', 11)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]);
  });

  test('of a window with sinks are two pinned ones, and a ring behind them', () => {
    expect(slotsOver('causal & (window(3) | sink(2))', 11)).toEqual([
      0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4,
    ]);
  });

  test('of a token nobody reads are none', () => {
    expect(slotsOver('causal & !window(1) & sink(1)', 4)).toEqual([0, -1, -1, -1]);
  });

  test('each hold one token that is needed, and all that are needed, and a row is found among them', () => {
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

  test('refuse to compute without a token that was let go', () => {
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
