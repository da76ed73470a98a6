/** @file The size of whole tiles, counted from cells. */

/** Pairs in all tiles of `together` rows and 8 columns that contain at least one pair, counted from the cells. */
export function inWholeTiles(
  cells: Uint8Array,
  T: number,
  { over, together }: { readonly over: 'queries' | 'keys'; readonly together: number },
): number {
  const tiles = new Set<string>();
  cells.forEach((cell, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    const [row, column] = over === 'queries' ? [q, k] : [k, q];
    if (cell) tiles.add(`${Math.floor(row / together)} ${Math.floor(column / 8)}`);
  });
  return tiles.size * together * 8;
}
