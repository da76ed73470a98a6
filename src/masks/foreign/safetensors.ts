/** @file A mask among the tensors of a safetensors file. */
import { check } from '../../core/check';
import { checkBytes, storedTensors } from '../../core/safetensors';
import { MAX_AXES, type Tensor } from './matrix';
import { NUMBERS, tensorIn, type NumberKind } from './numbers';

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

/** The tensors that can be a mask, or imply one, masks first. */
export function readSafetensorsMask(file: Uint8Array): readonly Tensor[] {
  const { tensors, data } = storedTensors(file);
  const able = tensors
    .filter(
      ({ dtype, shape }) =>
        KINDS[dtype] && shape.length >= 1 && shape.length <= MAX_AXES && shape.every((n) => n > 0),
    )
    .sort((a, b) => Number(/mask/i.test(b.name)) - Number(/mask/i.test(a.name)));
  check(
    able.length > 0,
    `none of the ${tensors.length} tensors of the file can be a mask; it should have one to ${MAX_AXES} axes, of booleans, integers or floats`,
  );
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return able.map((tensor): Tensor => {
    const { shape, dtype, from, name } = tensor;
    const number = KINDS[dtype]!;
    checkBytes(tensor, number.bytes, data);
    return tensorIn(view, { shape, start: from, little: true, dtype, number, name });
  });
}
