/** @file Do these runs fit on a device together? They are held at once, so their memory adds up. */
import { check } from '../core/check';
import type { DeviceLimits } from '../core/limits';
import { formatBytes } from '../core/units';
import { checkMemory, trainingMemory, type Computes } from '../model/memory';
import { modelSpecOf } from '../spec/model';
import { packingOf, type RunSpec } from '../spec/run';

export const memoryOf = (spec: RunSpec, { kernel, threads }: Computes = {}): number =>
  trainingMemory(modelSpecOf(spec), spec.batch, kernel, threads, packingOf(spec)).peak;

/** Refuses runs that fit individually but not together, and says what would fit. */
export function checkFit(
  specs: readonly RunSpec[],
  limits: DeviceLimits,
  computes: Computes = {},
): void {
  for (const spec of specs) checkMemory(spec, { limits, ...computes });
  const sizes = specs.map((spec) => memoryOf(spec, computes));
  const total = sum(sizes);
  if (total <= limits.total) return;
  const [batch] = specs.map((spec) => spec.batch);
  const smaller = largestBatch(specs, limits, computes);
  let fitting = specs.length - 1;
  while (fitting > 1 && sum(sizes.slice(0, fitting)) > limits.total) fitting--;
  const advice = [
    ...(smaller >= 1 ? [`a batch of ${smaller} instead of ${batch}`] : []),
    ...(fitting >= 2 ? [`the first ${fitting} of them`] : []),
  ];
  check(
    false,
    `${specs.length} runs together need about ${formatBytes(total)}, this device allows ${formatBytes(limits.total)}; ${
      advice.length > 0
        ? `what would fit: ${advice.join(', or ')}`
        : 'lower the context, the width or the layers'
    }`,
  );
}

function largestBatch(specs: readonly RunSpec[], limits: DeviceLimits, computes: Computes): number {
  const fits = (batch: number) =>
    sum(specs.map((spec) => memoryOf({ ...spec, batch }, computes))) <= limits.total;
  let batch = (specs[0]?.batch ?? 1) - 1;
  while (batch >= 1 && !fits(batch)) batch--;
  return batch;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
