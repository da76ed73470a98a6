/** @file A mask among the tensors of a safetensors file. */
import { check } from '../../core/check';
import { checkBytes, storedTensors } from '../../core/safetensors';
import { checkShape, offsetOf, type Foreign } from './matrix';
import { matrixIn, NUMBERS, type NumberKind } from './numbers';

const KINDS: Readonly<Record<string, NumberKind>> = {
  BOOL: NUMBERS.bool,
  I8: NUMBERS.i8,
  U8: NUMBERS.u8,
  I16: NUMBERS.i16,
  U16: NUMBERS.u16,
  I32: NUMBERS.i32,
  U32: NUMBERS.u32,
  I64: NUMBERS.i64,
  U64: NUMBERS.u64,
  F16: NUMBERS.f16,
  BF16: NUMBERS.bf16,
  F32: NUMBERS.f32,
  F64: NUMBERS.f64,
};

/** Choices: which tensor, and which matrix of it, counted over the axes before the last two. */
export function readSafetensorsMask(file: Uint8Array): Foreign {
  const { tensors, data } = storedTensors(file);
  const able = tensors
    .filter(({ dtype, shape }) => KINDS[dtype] && shape.length >= 2 && shape.every((n) => n > 0))
    .sort((a, b) => Number(/mask/i.test(b.name)) - Number(/mask/i.test(a.name)));
  check(
    able.length > 0,
    `none of the ${tensors.length} tensors of the file can be a mask; it should have two axes or more, of booleans, integers or floats`,
  );
  const matrices = ({ shape }: (typeof able)[number]) =>
    shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const most = Math.max(...able.map(matrices));
  return {
    format: 'safetensors',
    choices: [
      { name: 'tensor', count: able.length, labels: able.map(({ name }) => name) },
      ...(most > 1 ? [{ name: 'matrix', count: most }] : []),
    ],
    matrix([which = 0, place = 0]) {
      const tensor = able[which];
      check(tensor, `tensor ${which} was picked; there are ${able.length}`);
      const { shape, dtype, from } = tensor;
      const [queries, keys] = shape.slice(-2) as [number, number];
      checkShape(queries, keys);
      const number = KINDS[dtype]!;
      checkBytes(tensor, number.bytes, data);
      const count = matrices(tensor);
      check(place < count, `matrix ${place} was picked; tensor '${tensor.name}' has ${count}`);
      const flat = [count, queries, keys];
      const start = from + number.bytes * offsetOf(flat, [place], false);
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      const matrix = matrixIn(view, { queries, keys, start, little: true, dtype, number });
      return { ...matrix, name: tensor.name };
    },
  };
}
