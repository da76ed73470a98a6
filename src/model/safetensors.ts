/**
 * @file Reads safetensors files: 8 bytes of header length (little endian), a JSON header, the numbers.
 *
 * A file may come from anywhere, so nothing in it is believed before it is checked.
 */
import { check } from '../core/check';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Longest header that is read, bytes. */
const MAX_HEADER = 10_000_000;
const TYPES = { F32: Float32Array, I32: Int32Array } as const;

/** Every tensor of the file, by name. Throws InputError saying what is wrong with it. */
export function readSafetensors(file: Uint8Array): Map<string, NamedTensor> {
  check(
    file.length >= 8,
    `the file is ${file.length} bytes long; a safetensors file has at least 8`,
  );
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  check(
    length <= Math.min(MAX_HEADER, file.length - 8),
    `the header should be ${length} bytes long, the file has ${file.length - 8} left; it is cut short or no safetensors file`,
  );
  const header = parseHeader(file.subarray(8, 8 + length));
  const data = file.subarray(8 + length);
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, readTensor(name, entry, data)]),
  );
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    header = undefined;
  }
  check(isRecord(header), 'the header of the safetensors file is not a JSON object');
  return header;
}

function readTensor(name: string, entry: unknown, data: Uint8Array): NamedTensor {
  check(isRecord(entry), `tensor '${name}' is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  check(
    dtype === 'F32' || dtype === 'I32',
    `tensor '${name}' holds ${String(dtype)}; F32 and I32 can be read`,
  );
  check(isWholeNumbers(shape), `tensor '${name}' has no proper shape`);
  check(isWholeNumbers(offsets) && offsets.length === 2, `tensor '${name}' has no proper offsets`);
  const [from, to] = offsets as [number, number];
  const count = shape.reduce((a, b) => a * b, 1);
  check(
    from <= to && to <= data.length && to - from === 4 * count,
    `tensor '${name}' of shape [${shape.join(', ')}] should be ${4 * count} bytes inside the file; it says ${from} to ${to} of ${data.length}`,
  );
  // Copied, because the numbers may not lie on a multiple of 4 bytes.
  const bytes = data.slice(from, to);
  return { shape, values: new TYPES[dtype](bytes.buffer, 0, count) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWholeNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
