/** @file The cells of a matrix of numbers as a mask, in runs of keys. */
import { remembered, type Mask } from '../../attention/mask';
import { InputError } from '../../core/check';
import type { Matrix } from './matrix';

/** Maximum runs of a mask, over all rows: every second key of 4,096 × 4,096 has half as many. */
const MAX_RUNS = 16_000_000;

/** Rows sampled to see how ragged a large mask is. */
const LOOKED_AT = 256;

/** Refuses immediately what would take minutes: large noise. Only for bytes, which the largest files hold. */
export function checkRuns({ bytes, queries, keys }: Matrix): void {
  if (!bytes || bytes.length < MAX_RUNS) return;
  const step = Math.max(1, Math.floor(queries / LOOKED_AT)) | 1;
  let [ends, rows] = [0, 0];
  for (let q = 0; q < queries; q += step, rows++)
    for (let i = q * keys + 1; i < (q + 1) * keys; i++)
      if ((bytes[i] === 0) !== (bytes[i - 1] === 0)) ends++;
  const runs = ((ends / 2) * queries) / rows;
  if (runs > MAX_RUNS)
    throw new InputError(
      `the mask of ${queries} × ${keys} has some ${Math.round(runs / 1e6)} million runs of keys; masks of up to ${MAX_RUNS / 1e6} million are opened. Save a part of it, as mask[:2048, :2048]`,
    );
}

export function masked(
  { queries, keys, at, bytes }: Matrix,
  open: (value: number) => boolean,
  binary = false,
): Mask {
  return remembered({
    queries,
    keys,
    row(q) {
      if (bytes && binary) return runsIn(bytes.subarray(q * keys, (q + 1) * keys));
      const runs: number[] = [];
      let now = false;
      for (let k = 0; k < keys; k++)
        if (open(at(q, k)) !== now) {
          runs.push(k);
          now = !now;
        }
      if (now) runs.push(keys);
      return runs;
    },
  });
}

/** Runs of 1 in a row of 0 and 1: the engine itself searches for each end, many bytes at a time. */
function runsIn(row: Uint8Array): readonly number[] {
  const runs: number[] = [];
  for (let from = row.indexOf(1); from >= 0;) {
    const to = row.indexOf(0, from);
    runs.push(from, to < 0 ? row.length : to);
    from = to < 0 ? -1 : row.indexOf(1, to);
  }
  return runs;
}
