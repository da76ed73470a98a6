import { expect, test } from 'vitest';
import { gapTo, numbersOf } from '../../src/app/compare/runNumbers';
import type { History } from '../../src/compare/history';

const steps = (losses: readonly number[], ms: number) =>
  losses.map((loss, i) => ({ step: i + 1, loss, ms })) as unknown as History['steps'];
const spec = { batch: 4, context: 50 };
const run = (loss: number, flops: number, { step = 10, packed = false } = {}) => ({
  validation: { step, loss },
  flops,
  packed,
});

test('before the first step there are no numbers', () => {
  expect(numbersOf({ steps: [], validations: [] }, spec)).toEqual({
    step: 0,
    loss: undefined,
    validation: undefined,
    speed: undefined,
  });
});

test('tokens per second are those of the last twenty steps', () => {
  const slow = steps(Array<number>(30).fill(1), 100).slice();
  const fast = steps(Array<number>(20).fill(1), 20);
  const { speed, step } = numbersOf({ steps: [...slow, ...fast], validations: [] }, spec);
  expect(step).toBe(50);
  expect(speed).toBe(10_000); // 200 tokens each 20 ms
});

test('the smoothed loss lies between the losses it is made of, nearer to the last', () => {
  const { loss } = numbersOf({ steps: steps([4, 4, 2], 1), validations: [] }, spec);
  expect(loss).toBeGreaterThan(2);
  expect(loss).toBeLessThan(4);
});

test('a gap has its sign, and a minus that is no hyphen', () => {
  expect(gapTo(run(2, 100), run(1.5, 80))).toEqual({ loss: '−0.500', flops: '−20 % FLOPs' });
  expect(gapTo(run(2, 100), run(2.25, 130))).toEqual({ loss: '+0.250', flops: '+30 % FLOPs' });
});

test('a gap too small to show is neither more nor less', () => {
  expect(gapTo(run(2, 1000), run(2.0001, 1001))).toEqual({ loss: '±0.000', flops: '±0 % FLOPs' });
});

test('losses of different steps are not compared', () => {
  expect(gapTo(run(2, 100, { step: 20 }), run(1, 100)).loss).toBe('–');
  expect(gapTo({ ...run(2, 100), validation: undefined }, run(1, 100)).loss).toBe('–');
});

test('FLOPs are not compared if one run keeps documents apart', () => {
  expect(gapTo(run(2, 100), run(1, 80, { packed: true })).flops).toBe('');
  expect(gapTo(run(2, 100, { packed: true }), run(1, 80)).flops).toBe('');
});
