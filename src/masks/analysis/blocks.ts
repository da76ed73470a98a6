/** @file A mask as a block-sparse kernel sees it: blocks that are full, skipped, or computed with a mask. */
import type { Mask } from '../../attention/mask';

export const BLOCK_SIZES = [16, 32, 64, 128] as const;

export const EMPTY = 0;
export const PARTIAL = 1;
export const FULL = 2;

export interface Blocks {
  readonly block: number; // tokens per side
  readonly rows: number; // of blocks
  readonly columns: number;
  /** [rows, columns] EMPTY, PARTIAL or FULL. Cells beyond the mask's edge count as blocked. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  readonly full: number;
  readonly partial: number;
  readonly empty: number;
  /** Cells inside partial blocks that may not be read: computed and thrown away. */
  readonly wasted: number;
}

/** Works run by run: two marks fill all whole blocks of a run, and the blocks at its ends are filled in part. */
export function blocksOf(mask: Mask, block: number): Blocks {
  const rows = Math.ceil(mask.queries / block);
  const columns = Math.ceil(mask.keys / block);
  const kinds = new Uint8Array(rows * columns);
  const whole = new Int32Array(columns + 1);
  const part = new Int32Array(columns);
  let [full, partial, wasted] = [0, 0, 0];
  for (let r = 0; r < rows; r++) {
    whole.fill(0);
    part.fill(0);
    for (let q = r * block; q < Math.min(mask.queries, (r + 1) * block); q++) {
      const runs = mask.row(q);
      for (let i = 0; i < runs.length; i += 2) {
        const [a, b] = [runs[i]!, runs[i + 1]!];
        const [first, last] = [Math.floor(a / block), Math.floor(b / block)];
        if (first === last) part[first]! += b - a;
        else {
          part[first]! += (first + 1) * block - a;
          whole[first + 1]!++;
          whole[last]!--;
          if (last < columns) part[last]! += b - last * block;
        }
      }
    }
    for (let c = 0, open = 0; c < columns; c++) {
      open += whole[c]!;
      const cells = open * block + part[c]!;
      if (cells === 0) continue;
      const isFull = cells === block * block;
      kinds[r * columns + c] = isFull ? FULL : PARTIAL;
      if (isFull) full++;
      else {
        partial++;
        wasted += block * block - cells;
      }
    }
  }
  return {
    block,
    rows,
    columns,
    kinds,
    full,
    partial,
    empty: rows * columns - full - partial,
    wasted,
  };
}

/** Share of blocks that a kernel need not touch, including the upper half of a causal mask. */
export const sparsity = ({ empty, rows, columns }: Blocks): number => empty / (rows * columns);
