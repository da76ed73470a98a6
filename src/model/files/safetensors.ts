/** @file Reads and writes weights as safetensors. */
import { check } from '../../core/check';
import { checkBytes, storedTensors } from '../../core/safetensors';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const TYPES = { F32: Float32Array, I32: Int32Array } as const;

/** Half precision of both kinds to float32; BF16 is the upper half of a float32. */
const WIDENED: Record<string, (bits: number) => number> = {
  BF16: (bits) => {
    PAIR.setUint32(0, bits << 16);
    return PAIR.getFloat32(0);
  },
  F16: (bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0
      ? sign * fraction * 2 ** -24
      : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  },
};
const PAIR = new DataView(new ArrayBuffer(4));

/** Every tensor of the file, by name. Throws InputError with a description of what is wrong. */
export function readSafetensors(file: Uint8Array): Map<string, NamedTensor> {
  const { tensors, data } = storedTensors(file);
  return new Map(
    tensors.map((tensor): [string, NamedTensor] => {
      const { name, dtype, shape, from, to } = tensor;
      const widen = WIDENED[dtype];
      if (widen) {
        checkBytes(tensor, 2, data);
        const view = new DataView(data.buffer, data.byteOffset + from, to - from);
        const values = Float32Array.from({ length: (to - from) / 2 }, (_, i) =>
          widen(view.getUint16(2 * i, true)),
        );
        return [name, { shape, values }];
      }
      check(
        dtype === 'F32' || dtype === 'I32',
        `tensor '${name}' holds ${dtype}; F32, F16, BF16 and I32 can be read`,
      );
      checkBytes(tensor, 4, data);
      // Copied, because the numbers may not lie on a multiple of 4 bytes.
      const bytes = data.slice(from, to);
      return [name, { shape, values: new TYPES[dtype](bytes.buffer, 0, bytes.length / 4) }];
    }),
  );
}

/**
 * A file of float32 tensors, in the order given. `metadata` becomes `__metadata__`. The data begins at a multiple of 8
 * bytes, as the format's own library writes it.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: Float32Array }
  >,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let length = 0;
  for (const [name, { shape, values }] of tensors) {
    const numbers = shape.reduce((a, b) => a * b, 1);
    check(
      numbers === values.length,
      `tensor '${name}' of shape [${shape.join(', ')}] has ${values.length} numbers; it should have ${numbers}`,
    );
    header[name] = { dtype: 'F32', shape, data_offsets: [length, length + 4 * numbers] };
    length += 4 * numbers;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = 8 * Math.ceil(json.length / 8);
  const file = new Uint8Array(8 + padded + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded).set(json, 8);
  let at = 8 + padded;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return file;
}
