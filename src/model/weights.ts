/** @file A model's start values, seeded. */
import { random } from '../core/random';
import { weightTable, type ModelSpec } from '../spec/model';
import { NARROW } from '../spec/run';
import type { HostWeights } from './arena';

/**
 * Standard deviation of a matrix's start values over 1 / √fan-in; by measurement it learns two hops quickly at small
 * widths.
 */
const GAIN = 0.6;

/**
 * Start values, the same for a seed on every machine. Each weight has its own stream, so weights of equal shape start
 * equal in every plan. `spread` is the standard deviation of the embedding; a setting of a run (RunSpec.spread).
 */
export function initialWeights(spec: ModelSpec, seed: number, spread = NARROW): HostWeights {
  return new Map(
    weightTable(spec).map(({ name, shape, role }) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (role === 'norm') return [name, values.fill(1)];
      const deviation = role === 'embedding' ? spread : GAIN / Math.sqrt(shape[0]!);
      const { normal } = random(seed, 'weights', name);
      for (let i = 0; i < values.length; i++) values[i] = deviation * normal();
      return [name, values];
    }),
  );
}
