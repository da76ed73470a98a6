/**
 * @file The animation of the home page from recorded runs: what the last query reads in every layer, from moment to
 * moment.
 */
import type { ValidationRecord } from '../../compare/history';
import { unpackWeights } from '../../compare/ring';

export interface Alive {
  readonly tokens: readonly string[]; // [T]
  /** [moment][layer][T] weights of the last query, the largest over the heads, 0..1. */
  readonly moments: readonly { readonly step: number; readonly layers: readonly Float32Array[] }[];
  /** Held-out results, from first to last. */
  readonly validations: readonly ValidationRecord[];
  readonly steps: number;
  readonly made: string;
}

/** As the built site has it: the weights of a layer as bytes (`packWeights`) in base64. */
export interface PackedAlive extends Omit<Alive, 'moments'> {
  readonly moments: readonly { readonly step: number; readonly layers: readonly string[] }[];
}

export const unpackAlive = ({ moments, ...run }: PackedAlive): Alive => ({
  ...run,
  moments: moments.map(({ step, layers }) => ({
    step,
    layers: layers.map((text) =>
      unpackWeights(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))),
    ),
  })),
});

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
