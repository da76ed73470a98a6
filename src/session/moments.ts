/**
 * @file Moments: the maps of all runs at one past step, stored small and within a byte budget, and written to and
 * read from a file.
 */
import { planWithin } from '../attention/packedPlan';
import { maskCells } from '../attention/cells';
import {
  fromLetters,
  keptMoments,
  lettersOf,
  LONGEST_MAP,
  MAP_BUDGET,
  toLetters,
  type SavedMaps,
} from '../compare/mapLetters';
import { packWeights, remember, unpackWeights, type Moment } from '../compare/ring';
import type { AttentionFrame } from '../workers/train/results';
import { layersOf, packingOf, type RunSpec } from '../spec/run';

/** Maximum bytes of all past maps. */
export const BUDGET = 32 * 2 ** 20;

interface Packed {
  readonly frame: Omit<AttentionFrame, 'layers'>;
  readonly layers: readonly {
    readonly weights: Uint8Array;
    readonly mask: AttentionFrame['layers'][number]['mask'];
  }[];
}

/** The maps of each run; undefined for a run without any. */
type Maps = readonly (Packed | undefined)[];
export type Moments = readonly Moment<Maps>[];

/** The packed weights of frames, by layer. */
const packs = new WeakMap<AttentionFrame, readonly Uint8Array[]>();

/**
 * Packs the weights of a frame for `record`. Call it when the frame arrives: the frames of four runs packed at once
 * would delay the response to input.
 */
export function packedWeights(frame: AttentionFrame): readonly Uint8Array[] {
  let layers = packs.get(frame);
  if (!layers) {
    layers = frame.layers.map(({ weights }) => packWeights(weights));
    packs.set(frame, layers);
  }
  return layers;
}

export function record(
  moments: Moments,
  step: number,
  frames: readonly (AttentionFrame | undefined)[],
  budget = BUDGET,
): Moments {
  const before = moments.at(-1)?.value;
  const value = frames.map((frame, i) => frame && pack(frame, before?.[i]));
  return remember(moments, { step, bytes: bytesIn(value), value }, budget);
}

/** The mask of a run never changes, so it is stored once. */
function pack(whole: AttentionFrame, before: Packed | undefined): Packed {
  const { layers, ...frame } = whole;
  const weights = packedWeights(whole);
  return {
    frame,
    layers: layers.map(({ mask }, i) => ({
      weights: weights[i]!,
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

/** Some of the moments, as letters; undefined if there are none or they are too large. */
export function writeMoments(moments: Moments, room = MAP_BUDGET): SavedMaps | undefined {
  const known = moments.flatMap(({ value }) => value.flatMap((packed) => packed ?? []))[0];
  if (!known || known.frame.T > LONGEST_MAP || known.frame.factor !== 1) return undefined;
  const { T, heads, tokens } = known.frame;
  const runs = moments[0]!.value.length;
  const each = runs * lettersOf(T, known.layers.length * heads);
  const kept = keptMoments(moments.length, Math.floor(room / each));
  if (kept.length === 0) return undefined;
  const begins = moments[0]!.value.find((packed) => packed?.frame.begins)?.frame.begins;
  return {
    tokens,
    ...(begins && { begins }),
    moments: kept.map((at) => ({
      step: moments[at]!.step,
      runs: moments[at]!.value.map((packed) =>
        packed ? packed.layers.map(({ weights }) => toLetters(weights, T)).join('') : null,
      ),
    })),
  };
}

/** The moments of a file; masks are recomputed from the plans, and from the documents of the row. */
export function readMoments(
  { tokens, begins = [], moments }: SavedMaps,
  specs: readonly RunSpec[],
): Moments {
  const own = specs.map((spec) => (packingOf(spec) === 'off' ? undefined : begins));
  const masks = specs.map((spec, run) =>
    planWithin(layersOf(spec), own[run] ?? []).map(
      (layer) => new Uint8Array(maskCells(layer, spec.context)),
    ),
  );
  const { context: T, heads, layers } = specs[0]!;
  return moments.map(({ step, runs }) => {
    const value = runs.map((letters, run): Packed | undefined => {
      if (letters === null) return undefined;
      const all = fromLetters(letters, T, layers * heads);
      const size = heads * T * T;
      return {
        frame: {
          ...{ step, tokens, T, heads, size: T, factor: 1 },
          ...(own[run] && { begins: own[run] }),
        },
        layers: masks[run]!.map((mask, layer) => ({
          weights: all.subarray(layer * size, (layer + 1) * size),
          mask,
        })),
      };
    });
    return { step, bytes: bytesIn(value), value };
  });
}

const bytesIn = (maps: Maps): number =>
  maps.reduce(
    (sum, packed) =>
      sum + (packed?.layers ?? []).reduce((all, { weights }) => all + weights.length, 0),
    0,
  );
