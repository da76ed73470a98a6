/** @file NumPy's .npy, versions 1 to 3: magic, a header as a Python literal, numbers. */
import { check, InputError } from '../../core/check';
import { checkShape, MAX_AXES, sizeOf, type Tensor } from './matrix';
import { NUMBERS, tensorIn, type NumberKind } from './numbers';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST_HEADER = 65_536;

export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

const KINDS: Readonly<Record<string, NumberKind>> = {
  b1: NUMBERS.bool,
  i1: NUMBERS.i8,
  u1: NUMBERS.u8,
  i2: NUMBERS.i16,
  u2: NUMBERS.u16,
  i4: NUMBERS.i32,
  u4: NUMBERS.u32,
  i8: NUMBERS.i64,
  u8: NUMBERS.u64,
  f2: NUMBERS.f16,
  f4: NUMBERS.f32,
  f8: NUMBERS.f64,
};

export function readNpy(bytes: Uint8Array, name?: string): Tensor {
  check(isNpy(bytes), 'the file does not begin as a .npy does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  check(bytes.length >= 12, 'the .npy ends inside its first bytes; copy it to its end');
  const version = bytes[6]!;
  check(
    version >= 1 && version <= 3,
    `the .npy is of version ${version}; versions 1 to 3 are read`,
  );
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (version === 1 ? 10 : 12) + length;
  check(
    length <= LONGEST_HEADER && start <= bytes.length,
    `the header of the .npy says it is ${length} bytes long; the file has ${bytes.length}`,
  );
  const header = new TextDecoder('latin1').decode(bytes.subarray(start - length, start));
  const { descr, fortran, shape } = headerOf(header);
  const [, order, kind] = /^([<>|=])?([a-zA-Z]\d+)$/.exec(descr) ?? [];
  const number = kind === undefined ? undefined : KINDS[kind];
  check(
    number,
    `the .npy holds '${descr.slice(0, 24)}'; booleans, integers and floats can be a mask: ${Object.keys(KINDS).join(', ')}`,
  );
  check(
    shape.length >= 1 && shape.length <= MAX_AXES && shape.every((count) => count > 0),
    `the .npy is of shape (${shape.join(', ')}); arrays of one to ${MAX_AXES} axes, none of them empty, are read`,
  );
  if (shape.length === 2) checkShape(shape[0]!, shape[1]!);
  const numbers = sizeOf(shape);
  check(
    start + numbers * number.bytes === bytes.length,
    `the .npy of shape ${shape.join(' × ')} needs ${numbers * number.bytes} bytes after its header; ${bytes.length - start} are there`,
  );
  return tensorIn(view, {
    shape,
    start,
    little: order !== '>',
    dtype: descr,
    number,
    name,
    fortran,
  });
}

/** A strict reader of {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }: it evaluates nothing. */
function headerOf(text: string): { descr: string; fortran: boolean; shape: readonly number[] } {
  const refuse = (): never => {
    throw new InputError(
      `the header of the .npy is '${text.trim().slice(0, 60)}'; it should say descr, fortran_order and shape`,
    );
  };
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? refuse();
  const found: Record<string, string> = {};
  const entry = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([\d\s,]*\))\s*(,|$)/y;
  while (entry.lastIndex < body.length) {
    if (body.slice(entry.lastIndex).trim() === '') break;
    const match = entry.exec(body) ?? refuse();
    if (Object.hasOwn(found, match[1]!)) refuse();
    found[match[1]!] = match[2]!;
  }
  const { descr, fortran_order: fortran, shape } = found;
  if (!descr?.startsWith("'") || !/^(True|False)$/.test(fortran ?? '') || !shape?.startsWith('('))
    refuse();
  const numbers = shape!
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : refuse()));
  return { descr: descr!.slice(1, -1), fortran: fortran === 'True', shape: numbers };
}
