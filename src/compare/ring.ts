/** @file Past moments within a byte budget: when it is full, the densest ones are thinned out, the oldest first. */

export interface Moment<T> {
  readonly step: number;
  readonly bytes: number;
  readonly value: T;
}

/**
 * Adds a moment, and drops as many as the budget requires: never the first or last, those with the closest neighbours
 * first, older ones first in a tie.
 */
export function remember<T>(
  moments: readonly Moment<T>[],
  moment: Moment<T>,
  budget: number,
): readonly Moment<T>[] {
  const kept = [...moments.filter(({ step }) => step < moment.step), moment];
  let bytes = bytesOf(kept);
  while (bytes > budget && kept.length > 2) {
    let thinnest = 1;
    for (let i = 2; i < kept.length - 1; i++) if (gap(kept, i) < gap(kept, thinnest)) thinnest = i;
    bytes -= kept[thinnest]!.bytes;
    kept.splice(thinnest, 1);
  }
  return kept;
}

/** Steps between a moment's neighbours: the gap it would leave. */
const gap = (moments: readonly Moment<unknown>[], i: number) =>
  moments[i + 1]!.step - moments[i - 1]!.step;

export const bytesOf = (moments: readonly Moment<unknown>[]): number =>
  moments.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Weights as one byte each, with the finest steps near 0, where most of the picture is: a weight is recovered to within
 * 0.4 %.
 */
export function packWeights(weights: Float32Array): Uint8Array {
  const bytes = new Uint8Array(weights.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 * Math.sqrt(weights[i]!) + 0.5; // cut off where it is stored
  return bytes;
}

const WEIGHTS = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255) ** 2);

export function unpackWeights(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) weights[i] = WEIGHTS[bytes[i]!]!;
  return weights;
}
