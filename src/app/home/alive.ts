/**
 * @file The animation of the home page from recorded runs: what the last query reads in every layer, from moment to
 * moment.
 */
import { readFile } from '../../compare/file';
import { specsOf, type Comparison } from '../../compare/comparison';
import type { ValidationRecord } from '../../compare/history';
import { subsetOf } from '../../compare/subset';
import { check } from '../../core/check';
import { readMoments, unpack } from '../../session/moments';

export interface Alive {
  readonly tokens: readonly string[]; // [T]
  /** [moment][layer][T] weights of the last query, the largest over the heads, 0..1. */
  readonly moments: readonly { readonly step: number; readonly layers: readonly Float32Array[] }[];
  /** Held-out results, from first to last. */
  readonly validations: readonly ValidationRecord[];
  readonly steps: number;
  readonly made: string;
}

/** The recording's data for each of these runs, in their order. Throws InputError if any is missing. */
export function aliveOf(text: string, runs: Comparison): readonly Alive[] {
  const saved = subsetOf(readFile(text), runs);
  check(saved?.pictures, 'the recording has no pictures of this run');
  const moments = readMoments(saved.pictures, specsOf(runs));
  return saved.histories.map(({ validations, steps }, run) => {
    const frames = moments.flatMap(({ step, value }) => {
      const packed = value[run];
      return packed ? [{ step, frame: unpack(packed) }] : [];
    });
    check(frames[0], 'the recording has no pictures of this run');
    return {
      tokens: frames[0].frame.tokens,
      moments: frames.map(({ step, frame: { T, heads, layers } }) => ({
        step,
        layers: layers.map(({ weights }) =>
          Float32Array.from({ length: T }, (_, key) =>
            Math.max(
              ...Array.from({ length: heads }, (_, h) => weights[(h * T + T - 1) * T + key]!),
            ),
          ),
        ),
      })),
      validations,
      steps: steps.length,
      made: saved.made,
    };
  });
}

/** Weights between two moments are interpolated, for the animation only; they are never shown as numbers. */
export function weightsAt({ moments }: Alive, step: number): readonly Float32Array[] {
  const after = moments.findIndex((moment) => moment.step >= step);
  if (after < 0) return moments.at(-1)!.layers;
  const [a, b] = [moments[Math.max(0, after - 1)]!, moments[after]!];
  const part = b.step === a.step ? 1 : (step - a.step) / (b.step - a.step);
  return b.layers.map((weights, layer) =>
    weights.map((weight, key) => (1 - part) * a.layers[layer]![key]! + part * weight),
  );
}

/** The last measurement at `step` or before it. */
export const measuredAt = ({ validations }: Alive, step: number): ValidationRecord | undefined =>
  validations.findLast((one) => one.step <= step);

/** The animation takes `PLAY_MS`, rests for `REST_MS` at its end, and repeats. */
export const PLAY_MS = 16_000;
export const REST_MS = 5000;

/** The step shown after `ms` of playing. */
export function stepAt(ms: number, steps: number): number {
  const within = ms % (PLAY_MS + REST_MS);
  return Math.min(steps, Math.floor((steps * within) / PLAY_MS));
}
