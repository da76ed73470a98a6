/** @file The learning rate of each step. */

/** Where the cosine ends: a share of the peak. */
export const FLOOR = 0.1;

/**
 * Linear warm-up to `rate`, then a cosine down to a tenth of it at step `steps`, and constant from there. Steps count
 * from 1.
 */
export function rateAt(
  step: number,
  {
    rate,
    warmup,
    steps,
  }: { readonly rate: number; readonly warmup: number; readonly steps: number },
): number {
  if (step <= warmup) return (rate * step) / Math.max(1, warmup);
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return rate * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
