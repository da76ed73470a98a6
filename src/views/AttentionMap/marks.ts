/** @file Where the selected row of a map is marked: the keys its query reads, as cells. */
import type { Runs } from '../../attention/runs';

/** Runs of tokens as runs of cells of `factor` tokens per side; a cell counts if any of its tokens does. */
export function cellsOfRuns(runs: Runs, factor: number): Runs {
  const cells: number[] = [];
  for (let r = 0; r < runs.length; r += 2) {
    const from = Math.floor(runs[r]! / factor);
    const to = Math.ceil(runs[r + 1]! / factor);
    if (cells.length > 0 && cells.at(-1)! >= from) cells[cells.length - 1] = to;
    else cells.push(from, to);
  }
  return cells;
}
