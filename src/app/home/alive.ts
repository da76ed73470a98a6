/** @file What the home page shows of a recorded run: what the last query reads in every layer, from moment to moment. */
import { readFile } from '../../compare/file';
import { specsOf } from '../../compare/comparison';
import { readMoments, unpack } from '../../state/moments';

export interface Alive {
  readonly tokens: readonly string[]; // [T]
  readonly layers: readonly string[]; // pattern of each
  /** [moment][layer][T] weights of the last query, the largest over the heads, 0..1. */
  readonly moments: readonly { readonly step: number; readonly layers: readonly Float32Array[] }[];
  /** Held-out accuracy, 0..1, from the first validation to the last. */
  readonly accuracy: readonly { readonly step: number; readonly value: number }[];
  readonly steps: number;
  readonly made: string;
}

/** The run of `plan` in a recording. Throws InputError where the file is none. */
export function aliveOf(
  text: string,
  plan: string,
  layersOf: (run: number) => readonly string[],
): Alive {
  const saved = readFile(text);
  const specs = specsOf(saved.comparison);
  const run = specs.findIndex((spec) => spec.plan === plan);
  const moments = readMoments(saved.pictures!, specs);
  const { validations, steps } = saved.histories[run]!;
  const frames = moments.flatMap(({ step, value }) =>
    value[run] ? [{ step, frame: unpack(value[run]) }] : [],
  );
  return {
    tokens: frames[0]!.frame.tokens,
    layers: layersOf(run),
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
