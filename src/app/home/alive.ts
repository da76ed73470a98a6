/** @file What the home page shows of a recorded run: what the last query reads in every layer, from moment to moment. */
import { readFile } from '../../compare/file';
import { specsOf, type Comparison } from '../../compare/comparison';
import { subsetOf } from '../../compare/subset';
import { check } from '../../core/check';
import { readMoments, unpack } from '../../state/moments';

export interface Alive {
  readonly tokens: readonly string[]; // [T]
  /** [moment][layer][T] weights of the last query, the largest over the heads, 0..1. */
  readonly moments: readonly { readonly step: number; readonly layers: readonly Float32Array[] }[];
  /** Held-out accuracy, 0..1, from the first validation to the last. */
  readonly accuracy: readonly { readonly step: number; readonly value: number }[];
  readonly steps: number;
  readonly made: string;
}

/** What a recording has of one run. Throws InputError where it has none of it. */
export function aliveOf(text: string, run: Comparison): Alive {
  const saved = subsetOf(readFile(text), run);
  check(saved?.pictures, 'the recording has no pictures of this run');
  const { validations, steps } = saved.histories[0]!;
  const frames = readMoments(saved.pictures, specsOf(run)).flatMap(({ step, value: [packed] }) =>
    packed ? [{ step, frame: unpack(packed) }] : [],
  );
  return {
    tokens: frames[0]!.frame.tokens,
    moments: frames.map(({ step, frame: { T, heads, layers } }) => ({
      step,
      layers: layers.map(({ weights }) =>
        Float32Array.from({ length: T }, (_, key) =>
          Math.max(...Array.from({ length: heads }, (_, h) => weights[(h * T + T - 1) * T + key]!)),
        ),
      ),
    })),
    accuracy: validations.map(({ step, accuracy }) => ({ step, value: accuracy })),
    steps: steps.length,
    made: saved.made,
  };
}

/** Between two moments the weights are drawn in between: a picture for the eye, not a number. */
export function weightsAt({ moments }: Alive, step: number): readonly Float32Array[] {
  const after = moments.findIndex((moment) => moment.step >= step);
  if (after < 0) return moments.at(-1)!.layers;
  const [a, b] = [moments[Math.max(0, after - 1)]!, moments[after]!];
  const part = b.step === a.step ? 1 : (step - a.step) / (b.step - a.step);
  return b.layers.map((weights, layer) =>
    weights.map((weight, key) => (1 - part) * a.layers[layer]![key]! + part * weight),
  );
}

export function accuracyAt({ accuracy }: Alive, step: number): number | undefined {
  return accuracy.findLast((one) => one.step <= step)?.value;
}
