/** @file FLOPs and parameters of the timed models, against sums written out. */
import { expect, test } from 'vitest';
import { nanogptCost, zebraCost } from './costs';
import { modelOf, SIZES } from './models';

const [B, T, D] = [4, 128, 64];
const S = SIZES['S']!;
const PAIRS = (T * (T + 1)) / 2;
/** Four layers; q·k and weight × v over all heads; forward and backward. */
const ATTENTION = 3 * 4 * 4 * PAIRS * D;

test('nanogpt has 12 D² weights per layer, a tied embedding and nine norms', () => {
  const { parameters, flops } = nanogptCost(S);
  const products = 64 * D + 4 * (3 * D * D + D * D + 2 * 4 * D * D);
  expect(parameters).toBe(products + 9 * D);
  expect(flops).toBe(B * (3 * 2 * products * T + ATTENTION));
});

test('ours has 4 D² weights per layer in attention and three matrices in the MLP', () => {
  const { parameters, flops } = zebraCost(S, 'global');
  const { hidden } = modelOf(S, 'global');
  const products = 64 * D + 4 * (4 * D * D + 3 * D * hidden);
  expect(parameters).toBe(products + 9 * D);
  expect(flops).toBe(B * (3 * 2 * products * T + ATTENTION));
});

test.each(['S', 'M', 'L'])('at size %s both cost the same within 4 %%', (size) => {
  const ratio = nanogptCost(SIZES[size]!).flops / zebraCost(SIZES[size]!, 'global').flops;
  expect(Math.abs(ratio - 1)).toBeLessThan(0.04);
});

test('a plan changes the cost of attention only', () => {
  const [global, grouped] = ['global', 'grouped'].map((plan) => zebraCost(SIZES['L']!, plan));
  expect(grouped!.parameters).toBe(global!.parameters);
  expect(grouped!.flops).toBeLessThan(global!.flops);
});
