/** @file A foreign file as arrays: recognised by its content, and by its name only if the content is ambiguous. */
import { check, InputError } from '../../core/check';
import { readJsonMask } from './json';
import {
  inRows,
  MAX_BYTES,
  sizeOf,
  type Foreign,
  type Origin,
  type Tensor,
  type Unread,
} from './matrix';
import { isNpy, readNpy } from './npy';
import { isZip, readNpz } from './npz';
import { isPng, readPng } from './png';
import { readSafetensorsMask } from './safetensors';
import { readTextMask } from './words';

export interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Maximum files at once. */
const MAX_FILES = 128;

/** Several files become one list of arrays, each named after its file. */
export async function openFiles(files: readonly Named[]): Promise<Foreign> {
  check(files.length > 0, 'no file was given');
  check(
    files.length <= MAX_FILES,
    `${files.length} files were given; ${MAX_FILES} at most are opened at once`,
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
    bytes.length <= MAX_BYTES,
    `the file has ${bytes.length} bytes; files up to ${MAX_BYTES} are read`,
  );
  const stem = name.replace(/\.\w+$/, '');
  if (isNpy(bytes) || /\.npy$/i.test(name)) return found('npy', [readNpy(bytes, nameOf(stem))]);
  if (isPng(bytes)) {
    const { border, ...picture } = await readPng(bytes);
    return found('png', [picture], { border });
  }
  if (
    /\.safetensors$/i.test(name) ||
    (bytes[8] === 0x7b && bytes.subarray(3, 8).every((byte) => byte === 0))
  )
    return found('safetensors', readSafetensorsMask(bytes));
  if (isZip(bytes)) {
    const { tensors, ...rest } = readNpz(bytes);
    return { ...found('npz', tensors), ...rest };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      'the file is neither .npy, .npz, PNG, safetensors, JSON nor text; save the mask as one of these',
    );
  }
  const trimmed = text.trim();
  // [[1, 0], [1, 1]] is JSON, and [[1 0] [1 1]] is how NumPy prints; anything that begins as an object is JSON too.
  if (/\.json$/i.test(name) || /^\{|^\[\s*\[[^\]]*,/.test(trimmed)) {
    const tensors = readJsonMask(trimmed);
    // Pasted text is not in a file, and text that only Python can read is not JSON to other programs.
    return /\.json$/i.test(name) && !/\b(True|False|None|nan|inf)\b/.test(trimmed)
      ? found('json', tensors)
      : { format: 'json', tensors };
  }
  return { format: 'text', tensors: [readTextMask(text)] };

  /** The arrays with their origins; the only array of a .npy has no name, so this page guesses one. */
  function found(
    format: Origin['format'],
    tensors: readonly Tensor[],
    more: Pick<Origin, 'border'> = {},
  ): Foreign {
    const keyed = format !== 'npy' && format !== 'png';
    const all = tensors.map((tensor) => ({
      ...tensor,
      origin: {
        file: name,
        format,
        ...(keyed && tensor.name !== undefined && { key: tensor.name }),
        ...more,
      },
    }));
    return { format, tensors: all };
  }
}

/** A file's name is that of its array only if libraries use the name; otherwise undefined. */
const nameOf = (stem: string): string | undefined =>
  /cu_?seq|segment|document|position|block_?table|padding_mask|attention_mask|attn_weight|attentions?$/i.test(
    stem,
  )
    ? stem
    : undefined;

/** Files whose names differ only in a number and that hold masks of one shape, as one array with an extra axis. */
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
    parts: tensors,
    number(i) {
      const { strides, number } = tensors[Math.floor(i / size)]!;
      const rest = i % size;
      return number(Math.floor(rest / shape[2]!) * strides[0]! + (rest % shape[2]!) * strides[1]!);
    },
  };
}
