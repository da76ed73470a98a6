/**
 * @file Bytes of a vector of numbers, in each format that engines keep keys, values and weights in.
 *
 * Numbers below 8 bits come in blocks with a scale. A vector that does not fill its last block still takes the
 * whole block.
 */
export interface Precision {
  readonly id: string;
  readonly label: string;
  /** Numbers per block, and the bytes for them and their scale. */
  readonly block: { readonly numbers: number; readonly bytes: number };
  /** The contents of a block, in words. */
  readonly says: string;
}

const plain = (id: string, bytes: number, says: string): Precision => ({
  id,
  label: id,
  block: { numbers: 1, bytes },
  says,
});

const F32 = plain('f32', 4, '4 bytes a number');
export const BF16 = plain('bf16', 2, '2 bytes a number, as f16');
const FP8 = plain('fp8', 1, '1 byte a number; one scale for a whole tensor, not counted');
/** As llama.cpp's q8_0 and q4_0: 32 numbers and a scale of 16 bits. */
const INT8: Precision = {
  id: 'int8',
  label: 'int8 (q8_0)',
  block: { numbers: 32, bytes: 34 },
  says: '8.5 bits a number: 32 of 8 bits and a scale of 16',
};
const INT4: Precision = {
  id: 'int4',
  label: 'int4 (q4_0)',
  block: { numbers: 32, bytes: 18 },
  says: '4.5 bits a number: 32 of 4 bits and a scale of 16',
};
/** MXFP4, as gpt-oss is released: 32 numbers and an exponent of 8 bits. */
const MXFP4: Precision = {
  id: 'mxfp4',
  label: 'mxfp4',
  block: { numbers: 32, bytes: 17 },
  says: '4.25 bits a number: 32 of 4 bits and an exponent of 8',
};
/**
 * A mixture that varies by tensor: 4.86 bits per number on average in a file of 30.5 billion (17.28 GiB, the log in
 * llama.cpp #14235). Not a formula.
 */
const Q4KM: Precision = {
  id: 'q4km',
  label: 'Q4_K_M',
  block: { numbers: 10_000, bytes: 6_075 },
  says: 'about 4.86 bits a number: a mixture, measured on one file',
};

export const CACHE_PRECISIONS: readonly Precision[] = [F32, BF16, FP8, INT8, INT4];
export const STATE_PRECISIONS: readonly Precision[] = [F32, BF16];
export const WEIGHT_PRECISIONS: readonly Precision[] = [F32, BF16, FP8, INT8, INT4, MXFP4, Q4KM];

/** Bytes of one vector, in whole blocks. */
export const bytesOfVector = ({ block }: Precision, numbers: number): number =>
  Math.ceil(numbers / block.numbers) * block.bytes;

export const byId = (all: readonly Precision[], id: string): Precision =>
  all.find((one) => one.id === id)!;
