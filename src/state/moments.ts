/** @file Pictures of the past, of all runs at one step: small, within a budget of bytes. */
import { packWeights, remember, unpackWeights, type Moment } from '../compare/ring';
import type { AttentionFrame } from '../link/protocol';

/** Bytes all pictures of the past may take. */
export const BUDGET = 32 * 2 ** 20;

interface Packed {
  readonly frame: Omit<AttentionFrame, 'layers'>;
  readonly layers: readonly {
    readonly weights: Uint8Array;
    readonly mask: AttentionFrame['layers'][number]['mask'];
  }[];
}

/** One picture per run; undefined for a run that has none. */
export type Pictures = readonly (Packed | undefined)[];
export type Moments = readonly Moment<Pictures>[];

export function record(
  moments: Moments,
  step: number,
  frames: readonly (AttentionFrame | undefined)[],
  budget = BUDGET,
): Moments {
  const before = moments.at(-1)?.value;
  const value = frames.map((frame, i) => frame && pack(frame, before?.[i]));
  const bytes = value.reduce(
    (sum, packed) =>
      sum + (packed?.layers ?? []).reduce((all, { weights }) => all + weights.length, 0),
    0,
  );
  return remember(moments, { step, bytes, value }, budget);
}

/** The mask of a run never changes, so it is kept once. */
function pack({ layers, ...frame }: AttentionFrame, before: Packed | undefined): Packed {
  return {
    frame,
    layers: layers.map(({ weights, mask }, i) => ({
      weights: packWeights(weights),
      mask: before?.layers[i]?.mask ?? mask,
    })),
  };
}

export const unpack = ({ frame, layers }: Packed): AttentionFrame => ({
  ...frame,
  layers: layers.map(({ weights, mask }) => ({ weights: unpackWeights(weights), mask })),
});

/** The runs without the one at `index`. */
export const without = (moments: Moments, index: number): Moments =>
  moments.map((moment) => ({ ...moment, value: moment.value.filter((_, i) => i !== index) }));
