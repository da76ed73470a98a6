/**
 * First token that an approximate layer reads as itself, not in a summary: s(q) = C floor(max(0, q - W + 1) / C). The
 * window is extended back to a chunk boundary.
 */
export const border = (q: number, window: number, chunk: number): number =>
  chunk * Math.floor(Math.max(0, q - window + 1) / chunk);
