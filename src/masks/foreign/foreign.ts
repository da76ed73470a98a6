/** @file A foreign file as arrays: its content says what it is, its name only where the content does not. */
import { check, InputError } from '../../core/check';
import { readJsonMask } from './json';
import { inRows, MOST_BYTES, sizeOf, type Foreign, type Tensor, type Unread } from './matrix';
import { isNpy, readNpy } from './npy';
import { isZip, readNpz } from './npz';
import { isPng, readPng } from './png';
import { readSafetensorsMask } from './safetensors';
import { readTextMask } from './words';

export interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files at once at most. */
const MOST_FILES = 128;

/** Several files are one list of arrays, each by the name of its file. */
export async function openFiles(files: readonly Named[]): Promise<Foreign> {
  check(files.length > 0, 'no file was given');
  check(
    files.length <= MOST_FILES,
    `${files.length} files were given; ${MOST_FILES} at most are opened at once`,
  );
  if (files.length === 1) return openForeign(files[0]!.name, files[0]!.bytes);
  const ordered = files.toSorted((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }),
  );
  const tensors: Tensor[] = [];
  const unread: Unread[] = [];
  for (const { name, bytes } of ordered) {
    const one = await openForeign(name, bytes).catch((error: unknown) => {
      throw error instanceof InputError ? new InputError(`${name}: ${error.message}`) : error;
    });
    for (const { name: array, why } of one.unread ?? [])
      unread.push({ name: `${name}: ${array}`, why });
    for (const tensor of one.tensors)
      tensors.push({
        ...tensor,
        name: one.tensors.length > 1 ? `${name}: ${tensor.name}` : name,
      });
  }
  const stack = stacked(tensors);
  return {
    format: 'files',
    tensors: stack ? [stack, ...tensors] : tensors,
    ...(unread.length > 0 && { unread }),
  };
}

export async function openForeign(name: string, bytes: Uint8Array): Promise<Foreign> {
  check(bytes.length > 0, 'the file is empty');
  check(
    bytes.length <= MOST_BYTES,
    `the file has ${bytes.length} bytes; files up to ${MOST_BYTES} are read`,
  );
  const stem = name.replace(/\.\w+$/, '');
  if (isNpy(bytes) || /\.npy$/i.test(name))
    return { format: 'npy', tensors: [readNpy(bytes, nameOf(stem))] };
  if (isPng(bytes)) return { format: 'png', tensors: [await readPng(bytes)] };
  if (
    /\.safetensors$/i.test(name) ||
    (bytes[8] === 0x7b && bytes.subarray(3, 8).every((byte) => byte === 0))
  )
    return { format: 'safetensors', tensors: readSafetensorsMask(bytes) };
  if (isZip(bytes)) return { format: 'npz', ...readNpz(bytes) };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      'the file is neither .npy, .npz, PNG, safetensors, JSON nor text; save the mask as one of these',
    );
  }
  const trimmed = text.trim();
  // [[1, 0], [1, 1]] is JSON, and [[1 0] [1 1]] is how NumPy prints; so is what begins as an object.
  return /\.json$/i.test(name) || /^\{|^\[\s*\[[^\]]*,/.test(trimmed)
    ? { format: 'json', tensors: readJsonMask(trimmed) }
    : { format: 'text', tensors: [readTextMask(text)] };
}

/** A file's name says what its array is where it is one of those libraries use; else it says nothing. */
const nameOf = (stem: string): string | undefined =>
  /cu_?seq|segment|document|position|block_?table|padding_mask|attention_mask|attn_weight|attentions?$/i.test(
    stem,
  )
    ? stem
    : undefined;

/** Files whose names differ in a number alone, and that hold masks of one shape, as one array with an axis more. */
function stacked(tensors: readonly Tensor[]): Tensor | undefined {
  const [first] = tensors;
  const stem = (name = '') => name.replace(/\d+(?=\D*$)/, '#');
  if (!first || first.shape.length !== 2) return undefined;
  const alike = tensors.every(
    ({ name, shape, dtype }) =>
      stem(name) === stem(first.name) &&
      dtype === first.dtype &&
      shape.join() === first.shape.join(),
  );
  if (!alike || !stem(first.name).includes('#')) return undefined;
  const size = sizeOf(first.shape);
  const shape = [tensors.length, ...first.shape];
  return {
    shape,
    strides: inRows(shape),
    kind: first.kind,
    dtype: first.dtype,
    name: `layers ${stem(first.name)}`,
    stacks: true,
    number(i) {
      const { strides, number } = tensors[Math.floor(i / size)]!;
      const rest = i % size;
      return number(Math.floor(rest / shape[2]!) * strides[0]! + (rest % shape[2]!) * strides[1]!);
    },
  };
}
