/**
 * @file The kernels of a decoder with a cache, in WebAssembly only: simd.as.ts. Pointers are addresses in bytes. Where
 * there is no WebAssembly, the decoder computes in the loops of src/model/decode/loops.ts, which these are tested
 * against.
 */
type Address = number;

/** Their arguments. */
export interface DecodeKernels {
  decodeProduct(
    ...given: [
      x: Address,
      w: Address,
      y: Address,
      rows: number,
      inner: number,
      columns: number,
      add: number,
    ]
  ): void;
  decodeSwiglu(both: Address, gated: Address, rows: number, hidden: number): void;
  decodeScores(
    ...given: [
      ...[q: Address, keys: Address, slots: Address, scores: Address],
      ...[apart: number, count: number, heads: number, kvHeads: number, headDim: number],
      ...[scale: number, bias: number],
    ]
  ): void;
  decodeWeights(scores: Address, apart: number, count: number, heads: number): void;
  decodeGather(
    ...given: [
      ...[weights: Address, values: Address, slots: Address, out: Address],
      ...[apart: number, count: number, heads: number, kvHeads: number, headDim: number],
    ]
  ): void;
}

export const DECODE_KERNELS = [
  'decodeGather',
  'decodeProduct',
  'decodeScores',
  'decodeSwiglu',
  'decodeWeights',
] as const satisfies readonly (keyof DecodeKernels)[];
