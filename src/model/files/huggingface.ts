/** @file Weights as Hugging Face's Llama files store them, [out, in], and as we do, [in, out]. */
import { check } from '../../core/check';
import { weightTable, type ModelSpec } from '../../spec/model';
import type { NamedTensor } from './safetensors';
import type { HostWeights } from '../arena';

export function fromHuggingFace(
  spec: ModelSpec,
  file: ReadonlyMap<string, NamedTensor>,
): HostWeights {
  return new Map(
    weightTable(spec).map(({ name, shape, role }) => {
      const found = file.get(name);
      check(found, `the file has no weight called ${name}`);
      const theirs = role === 'matmul' ? [...shape].reverse() : shape;
      check(
        found.shape.join() === theirs.join(),
        `weight ${name} is [${found.shape.join(', ')}]; this model needs [${theirs.join(', ')}]`,
      );
      const values = Float32Array.from(found.values);
      return [name, role === 'matmul' ? transposed(values, theirs[0]!, theirs[1]!) : values];
    }),
  );
}

/** The reverse: what writeSafetensors takes. */
export function toHuggingFace(spec: ModelSpec, weights: HostWeights): Map<string, FileTensor> {
  return new Map(
    weightTable(spec).map(({ name, shape, role }): [string, FileTensor] => {
      const values = weights.get(name);
      check(values, `the model has no weight called ${name}`);
      if (role !== 'matmul') return [name, { shape, values }];
      const [from, to] = shape as [number, number];
      return [name, { shape: [to, from], values: transposed(values, from, to) }];
    }),
  );
}

interface FileTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** [rows, columns] → [columns, rows] */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  }
  return turned;
}
