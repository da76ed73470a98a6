/**
 * @file Shared by the kernels for any mask: how they walk the spans of src/attention/tiles.ts, in WGSL and in loops.
 *
 * A thread takes Q rows (1, 2 or 4) of a block of four. Of a span's bits it needs those of its rows, eight per row.
 */
import { eachSpan, TILE_COLUMNS, TILE_ROWS } from '../../../attention/tiles';

export const tiledUniforms = {
  B: 'u32', // sequences
  T: 'u32', // tokens
  heads: 'u32',
  kvHeads: 'u32',
  scale: 'f32', // 1 / √d
  apart: 'u32', // numbers from one sequence's list to the next one's; 0 if all share one
} as const;

/** Opens a loop over the spans of a thread whose first row is `row`: `bits` are those of its rows, tiles begin .. end - 1. */
export const spansOf = (list: string, row: string, Q: number): string => /* wgsl */ `
  let block = b * uniforms.apart + ${row} / ${TILE_ROWS}u;
  let shift = ${row} % ${TILE_ROWS}u * ${TILE_COLUMNS}u;
  for (var span = ${list}[block]; span < ${list}[block + 1u]; span += 3) {
    let bits = ${Q < TILE_ROWS ? `u32(${list}[span + 2]) >> shift` : `u32(${list}[span + 2])`};
    ${Q < TILE_ROWS ? `if ((bits & ${(1 << (TILE_COLUMNS * Q)) - 1}u) == 0u) { continue; }` : ''}
    let begin = u32(${list}[span]) * ${TILE_COLUMNS}u;
    let end = min(u32(${list}[span + 1]) * ${TILE_COLUMNS}u, uniforms.T);`;

/** Whether row number q of the thread includes the named column. */
export const holds = (q: number, column: string): string =>
  `((bits >> (${TILE_COLUMNS * q}u + ${column} % ${TILE_COLUMNS}u)) & 1u) == 1u`;

/** The columns of one row, in order. `list` begins at number `at` of the buffer. */
export function eachColumn(
  list: Int32Array,
  row: number,
  visit: (column: number) => void,
  at = 0,
): void {
  const shift = TILE_COLUMNS * (row % TILE_ROWS);
  eachSpan(list, at + Math.floor(row / TILE_ROWS), (from, to, bits) => {
    const own = (bits >>> shift) & 255;
    if (own === 0) return;
    for (let tile = from; tile < to; tile++)
      for (let j = 0; j < TILE_COLUMNS; j++) if ((own >> j) & 1) visit(TILE_COLUMNS * tile + j);
  });
}
