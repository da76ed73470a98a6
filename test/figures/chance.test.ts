import { describe, expect, test } from 'vitest';
import { byChance } from '../../src/figures/chance';

/** Added up from binomial coefficients, for few questions. */
function shareOf(from: number, to: number, n: number, p: number): number {
  let sum = 0;
  for (let k = from; k <= to; k++) {
    let ways = 1;
    for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
    sum += ways * p ** k * (1 - p) ** (n - k);
  }
  return sum;
}

describe('the result of guessing', () => {
  test('is within the given counts in 95 of 100 cases, with at most 2.5 % left out on each side', () => {
    for (const n of [1, 2, 7, 19, 50])
      for (const p of [1 / 16, 1 / 8, 1 / 2]) {
        const [least, most] = byChance(n, p);
        const say = `${n} questions at ${p}: ${least} to ${most}`;
        expect(shareOf(0, least - 1, n, p), say).toBeLessThanOrEqual(0.025);
        expect(shareOf(0, least, n, p), say).toBeGreaterThan(0.025);
        expect(shareOf(most + 1, n, n, p), say).toBeLessThanOrEqual(0.025 + 1e-12);
        if (most > 0) expect(shareOf(most, n, n, p), say).toBeGreaterThan(0.025);
      }
  });

  test('includes a quarter right with 19 questions of eight answers, and excludes it with 400', () => {
    expect(byChance(19, 1 / 8)[1] / 19).toBeGreaterThan(0.26);
    expect(byChance(400, 1 / 8)[1] / 400).toBeLessThan(0.17);
  });

  test('comes close to chance for many questions, without numbers that vanish', () => {
    const [least, most] = byChance(30_000, 1 / 8);
    expect(least / 30_000).toBeCloseTo(0.121, 2);
    expect(most / 30_000).toBeCloseTo(0.129, 2);
  });
});
