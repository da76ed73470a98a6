/**
 * @file The contents a safetensors file declares: 8 bytes of header length (little endian), a JSON header, the numbers.
 *
 * A file may come from anywhere, so nothing in it is trusted before it is checked.
 */
import { check } from './check';
import { list, object, parseJson, readable, text, whole, type Schema } from './schema';
import { isRecord, Place } from './place';

export interface StoredTensor {
  readonly name: string;
  readonly dtype: string; // F32, BOOL, …
  readonly shape: readonly number[];
  /** Its bytes: from … to of the file's data. */
  readonly from: number;
  readonly to: number;
}

export interface StoredTensors {
  readonly tensors: readonly StoredTensor[];
  readonly data: Uint8Array;
}

/** Longest header we read, in bytes. */
const MAX_HEADER = 10_000_000;

/** Throws InputError if the header is invalid; the caller must check how long a tensor's bytes should be. */
export function storedTensors(file: Uint8Array): StoredTensors {
  check(
    file.length >= 8,
    `the file is ${file.length} bytes long; a safetensors file has at least 8`,
  );
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  check(
    length <= Math.min(MAX_HEADER, file.length - 8),
    `the header should be ${length} bytes long, the file has ${file.length - 8} left; it is cut short or not a safetensors file`,
  );
  const header = parseHeader(file.subarray(8, 8 + length));
  const data = file.subarray(8 + length);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]): StoredTensor => {
      const {
        dtype,
        shape,
        data_offsets: [from, to],
      } = tensor(entry, new Place(`tensor '${name}'`));
      return { name, dtype, shape, from: from!, to: to! };
    });
  checkApart(tensors);
  return { tensors, data };
}

/** No two tensors may share bytes. */
function checkApart(tensors: readonly StoredTensor[]): void {
  const placed = tensors.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  placed.forEach((tensor, i) => {
    const before = placed[i - 1];
    check(
      !before || before.to <= tensor.from,
      `tensors '${before?.name}' and '${tensor.name}' overlap: one ends at ${before?.to}, the other begins at ${tensor.from}`,
    );
  });
}

/** Refuses a tensor whose byte count does not match its shape, or whose bytes lie outside the file. */
export function checkBytes(
  { name, shape, from, to }: StoredTensor,
  bytesPerNumber: number,
  data: Uint8Array,
): void {
  const bytes = bytesPerNumber * shape.reduce((a, b) => a * b, 1);
  check(
    from <= to && to <= data.length && to - from === bytes,
    `tensor '${name}' of shape [${shape.join(', ')}] should be ${bytes} bytes inside the file; it says ${from} to ${to} of ${data.length}`,
  );
}

/** A schema that refuses with one sentence of its own. */
const orElse =
  <T>(schema: Schema<T>, sentence: string): Schema<T> =>
  (value, place) => {
    const read = readable(schema, value);
    place.check(read !== undefined, `${place.owner} ${sentence}`);
    return read!;
  };

const tensor: Schema<{
  dtype: string;
  shape: readonly number[];
  data_offsets: readonly number[];
}> = (value, place) => {
  check(isRecord(value), `${place.what} is not described by an object`);
  return entry(value, place);
};
const entry = object(
  {
    dtype: orElse(text({ empty: true }), 'has no dtype'),
    shape: orElse(list(whole()), 'has no proper shape'),
    data_offsets: orElse(list(whole(), { min: 2, max: 2 }), 'has no proper offsets'),
  },
  'ignored',
);

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const refusal = 'the header of the safetensors file is not a JSON object';
  const header = parseJson(bytes, refusal);
  check(isRecord(header), refusal);
  return header;
}
