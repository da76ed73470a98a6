/**
 * First token an approximate layer reads as itself: s(q) = C floor(max(0, q - W + 1) / C), its window rounded out to a
 * chunk boundary.
 */
export const border = (q: number, window: number, chunk: number): number =>
  chunk * Math.floor(Math.max(0, q - window + 1) / chunk);
