/** @file A row of cells as stretches of one kind, so that a picture has one shape per stretch. */

/** [from, to) of every stretch of `kind`, in order. */
export function stretches(
  cells: ArrayLike<number>,
  kind: number,
): readonly (readonly [from: number, to: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let k = 0; k < cells.length; k++) {
    if (cells[k] !== kind) continue;
    const from = k;
    while (k + 1 < cells.length && cells[k + 1] === kind) k++;
    found.push([from, k + 1]);
  }
  return found;
}

/** Pixels per cell for `n` cells in a row: whole ones if that leaves little blank. */
export function pitchOf(width: number, n: number, largest = Infinity): number {
  const pitch = Math.min(largest, width / Math.max(1, n));
  return pitch >= 6 ? Math.floor(pitch) : pitch;
}
