import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisOf, kindOf, placeOf, placesOf, stepCosts } from '../../src/compare/axes';
import { FIRST, specsOf } from '../../src/compare/comparison';
import { checkFit, memoryOf } from '../../src/compare/fit';
import { bytesOf, packWeights, remember, unpackWeights, type Moment } from '../../src/compare/ring';
import { trainingFlops } from '../../src/spec/cost';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

describe('axes', () => {
  const steps = [10, 20, 30].map((ms, i) => ({
    step: i + 1,
    loss: 1,
    accuracy: 0,
    gradNorm: 1,
    rate: 1,
    ms,
    batch: '00000000',
  }));
  const history = { steps, validations: [] };
  const costs = stepCosts(DEFAULTS, 'simd');
  const flops = trainingFlops(modelSpecOf(DEFAULTS), 'simd');
  const tokens = DEFAULTS.batch * DEFAULTS.context;

  test('count steps, tokens and FLOPs from the spec, and add up measured seconds', () => {
    expect(placesOf('steps', history, costs)).toEqual([1, 2, 3]);
    expect(placesOf('tokens', history, costs)).toEqual([tokens, 2 * tokens, 3 * tokens]);
    expect(placesOf('needed', history, costs)[2]).toBeCloseTo(3 * tokens * flops.needed, 0);
    expect(placesOf('done', history, costs)[2]).toBeCloseTo(3 * tokens * flops.done, 0);
    expect(placesOf('seconds', history, costs)).toEqual([0.01, 0.03, 0.06]);
  });

  test('place every step at the memory its run holds: measured, or predicted before that', () => {
    const predicted = memoryOf(DEFAULTS, { kernel: 'simd' });
    expect(placesOf('bytes', history, costs)).toEqual([predicted, predicted, predicted]);
    expect(placesOf('bytes', { ...history, peak: 4096 }, costs)).toEqual([4096, 4096, 4096]);
  });

  test('call memory measured only if every run has measured it', () => {
    const [bytes, seconds] = [axisOf('bytes')!, axisOf('seconds')!];
    const measured = { ...history, peak: 4096 };
    expect(kindOf(bytes, [history, history])).toBe('predicted');
    expect(kindOf(bytes, [measured, history])).toBe('mixed');
    expect(kindOf(bytes, [measured, measured])).toBe('measured');
    expect(kindOf(seconds, [history])).toBe('measured');
  });

  test('place a validation at its step', () => {
    const places = placesOf('seconds', history, costs);
    expect(placeOf(2, steps, places)).toBe(0.03);
    expect(placeOf(4, steps, places)).toBeUndefined();
  });
});

describe('memory', () => {
  const specs = specsOf(FIRST);
  const total = specs.reduce((sum, spec) => sum + memoryOf(spec), 0);
  const limits = (bytes: number) => ({ total: bytes, largestTensor: bytes });

  test('is decided by the sum over all runs, and exactly enough is enough', () => {
    expect(() => checkFit(specs, limits(total))).not.toThrow();
    expect(() => checkFit(specs, limits(total - 1))).toThrow(
      /4 runs together need about .* this device allows/,
    );
  });

  test('refusals say what would fit, and it fits', () => {
    let words = '';
    try {
      checkFit(specs, limits(0.6 * total));
    } catch (error) {
      words = (error as Error).message;
    }
    const [, batch, first] = /a batch of (\d+) instead of 8, or the first (\d) of them/.exec(
      words,
    )!;
    expect(() => checkFit(specs.slice(0, Number(first)), limits(0.6 * total))).not.toThrow();
    const smaller = specs.map((spec) => ({ ...spec, batch: Number(batch) }));
    expect(() => checkFit(smaller, limits(0.6 * total))).not.toThrow();
  });
});

describe('kept moments of the past', () => {
  const play = (steps: readonly number[], bytes: number, budget: number) =>
    steps.reduce<readonly Moment<number>[]>(
      (moments, step) => remember(moments, { step, bytes, value: step }, budget),
      [],
    );

  test('stay within the budget, keep both ends and leave no large gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 4, max: 40 }),
        (count, room) => {
          const steps = Array.from({ length: count }, (_, i) => i);
          const kept = play(steps, 10, 10 * room);
          expect(bytesOf(kept)).toBeLessThanOrEqual(10 * room);
          expect(kept[0]!.step).toBe(0);
          expect(kept.at(-1)!.step).toBe(count - 1);
          const widest = Math.max(0, ...kept.slice(1).map(({ step }, i) => step - kept[i]!.step));
          expect(widest).toBeLessThanOrEqual(Math.max(1, (4 * count) / room));
        },
      ),
    );
  });

  test('are replaced by steps that were repeated', () => {
    expect(play([1, 2, 3, 2], 1, 100).map(({ step }) => step)).toEqual([1, 2]);
  });

  test('restore a weight from its byte within half a hundredth', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 1, noNaN: true })), (weights) => {
        const back = unpackWeights(packWeights(Float32Array.from(weights)));
        for (const [i, weight] of weights.entries())
          expect(Math.abs(back[i]! - weight)).toBeLessThan(0.005);
      }),
    );
  });
});
