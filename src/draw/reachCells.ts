/** @file Which tokens of the input each query can depend on after each layer of a plan, as cells of maps. */
import { BLOCKED, EXACT, maskCells } from '../attention/cells';
import type { LayerPlan } from '../attention/pattern';

/** Read in this layer itself, or only indirectly, through the layers before it. */
const HERE = EXACT;
export const THROUGH = 3; // no kind of a mask: in these pictures a summary counts as read in this layer

/**
 * For every layer, its map pooled to cells of `factor` tokens per side, row-major [size, size]: HERE if that layer reads the token, THROUGH if only the layers before it reach it.
 *
 * The reach after layer l is the boolean product Rₗ = Mₗ Rₗ₋₁ of the masks; its rows are kept as bits.
 */
export function reachCells(plan: LayerPlan, T: number, factor: number): readonly Uint8Array[] {
  let reached = identity(T);
  return plan.map((layer) => {
    const mask = maskCells(layer, T);
    reached = product(mask, reached, T);
    return pooled(mask, reached, T, factor);
  });
}

/** One row of bits per token. */
interface Rows {
  readonly words: number; // of 32 bits, per row
  readonly bits: Uint32Array; // [T, words]
}

function identity(T: number): Rows {
  const words = Math.ceil(T / 32);
  const bits = new Uint32Array(T * words);
  for (let q = 0; q < T; q++) bits[q * words + (q >> 5)] = 1 << (q & 31);
  return { words, bits };
}

/** Row q of the product: the bitwise OR of all rows of `before` that q reads. */
function product(mask: Uint8Array, { words, bits }: Rows, T: number): Rows {
  const result = new Uint32Array(T * words);
  for (let q = 0; q < T; q++) {
    for (let k = 0; k < T; k++) {
      if (mask[q * T + k] === BLOCKED) continue;
      for (let w = 0; w < words; w++) result[q * words + w]! |= bits[k * words + w]!;
    }
  }
  return { words, bits: result };
}

function pooled(mask: Uint8Array, { words, bits }: Rows, T: number, factor: number): Uint8Array {
  const size = Math.ceil(T / factor);
  const cells = new Uint8Array(size * size);
  for (let q = 0; q < T; q++) {
    const row = Math.floor(q / factor) * size;
    for (let k = 0; k < T; k++) {
      const at = row + Math.floor(k / factor);
      const reachable = (bits[q * words + (k >> 5)]! >>> (k & 31)) & 1;
      if (mask[q * T + k] !== BLOCKED) cells[at] = HERE;
      else if (reachable && cells[at] === BLOCKED) cells[at] = THROUGH;
    }
  }
  return cells;
}
