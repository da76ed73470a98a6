/** @file A model's weights: seeded start values, and the tensors they become. */
import * as tf from '@tensorflow/tfjs-core';
import { check } from '../core/check';
import { random } from '../core/random';
import { weightTable, type ModelSpec } from '../spec/model';

export type HostWeights = ReadonlyMap<string, Float32Array>;

/** Spread of a matrix's start values over 1 / √fan-in; measured to learn two hops quickly at small widths. */
const GAIN = 0.6;
const EMBEDDING_SPREAD = 0.02;

/** Start values, the same for a seed on every machine. Each weight has its own stream, so equal shapes start equal in every plan. */
export function initialWeights(spec: ModelSpec, seed: number): HostWeights {
  return new Map(
    weightTable(spec).map(({ name, shape, role }) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (role === 'norm') return [name, values.fill(1)];
      const spread = role === 'embedding' ? EMBEDDING_SPREAD : GAIN / Math.sqrt(shape[0]!);
      const { normal } = random(seed, 'weights', name);
      for (let i = 0; i < values.length; i++) values[i] = spread * normal();
      return [name, values];
    }),
  );
}

/** On the device, by name. The caller disposes of them. */
export function uploadWeights(spec: ModelSpec, host: HostWeights): Map<string, tf.Tensor> {
  return new Map(
    weightTable(spec).map(({ name, shape }) => {
      const values = host.get(name);
      const size = shape.reduce((a, b) => a * b, 1);
      check(
        values?.length === size,
        `weight ${name} has ${values?.length ?? 'no'} numbers; this model needs ${size} ([${shape.join(', ')}])`,
      );
      return [name, tf.tensor(values, [...shape], 'float32')];
    }),
  );
}

/** Copies of the numbers, as they are now. */
export async function downloadWeights(
  weights: ReadonlyMap<string, tf.Tensor>,
): Promise<HostWeights> {
  const read = await Promise.all(
    [...weights].map(
      async ([name, tensor]) =>
        [name, Float32Array.from((await tensor.data()) as Float32Array)] as const,
    ),
  );
  return new Map(read);
}
