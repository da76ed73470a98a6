/** @file Weights out of a safetensors file. */
import { check } from '../core/check';
import { checkBytes, storedTensors } from '../core/safetensors';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const TYPES = { F32: Float32Array, I32: Int32Array } as const;

/** Every tensor of the file, by name. Throws InputError saying what is wrong with it. */
export function readSafetensors(file: Uint8Array): Map<string, NamedTensor> {
  const { tensors, data } = storedTensors(file);
  return new Map(
    tensors.map((tensor): [string, NamedTensor] => {
      const { name, dtype, shape, from, to } = tensor;
      check(
        dtype === 'F32' || dtype === 'I32',
        `tensor '${name}' holds ${dtype}; F32 and I32 can be read`,
      );
      checkBytes(tensor, 4, data);
      // Copied, because the numbers may not lie on a multiple of 4 bytes.
      const bytes = data.slice(from, to);
      return [name, { shape, values: new TYPES[dtype](bytes.buffer, 0, bytes.length / 4) }];
    }),
  );
}
