/**
 * @file Any mask over T tokens as the tiles a kernel walks: what FlexAttention calls a block mask, with its bits.
 *
 * A tile is 4 rows × 8 columns, and its 32 bits say which pairs are in the mask: bit 8 i + j is row i, column j. Adjacent tiles with the same bits are one span, so a window of any width is a handful of spans, and so is every second key. Empty tiles are in no span.
 *
 * One list of numbers serves a kernel that walks its rows: for block b of four rows, spans lie from list[b] to list[b + 1] − 1, three numbers each: first tile, the tile after the last, bits. `reads` has queries as rows and keys as columns; `readers` has keys as rows and the queries that read them as columns. Rows past the last have no bits.
 */
import { check } from '../core/check';
import type { Mask } from './mask';
import type { Runs } from './runs';

export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;
/** Numbers of a span: first tile, the tile after the last, bits. */
export const SPAN = 3;

export interface TileLayout {
  readonly T: number; // tokens
  readonly chunk: 0; // masks in tiles have no summaries
  readonly summaries: 0;
  readonly reads: Int32Array; // [blocks + 1 + 3 spans], rows are queries
  readonly readers: Int32Array; // [blocks + 1 + 3 spans], rows are keys
}

/** Blocks of four rows among T. */
export const tileBlocks = (T: number): number => Math.ceil(T / TILE_ROWS);

/** The tiles of a square mask, from its rows alone. */
export function tilesOf(mask: Mask): TileLayout {
  const { queries: T, keys, row } = mask;
  check(T === keys, `a layer reads as many keys as it has queries; the mask is ${T} × ${keys}`);
  const rowsFrom = (at: number, count: number): Runs[] =>
    Array.from({ length: Math.min(count, T - at) }, (_, i) => row(at + i));

  const blocks = tileBlocks(T);
  const reads: number[][] = [];
  for (let b = 0; b < blocks; b++) {
    const spans: number[] = [];
    sweep(rowsFrom(b * TILE_ROWS, TILE_ROWS), TILE_COLUMNS, (from, to, patterns) =>
      extend(spans, from, to, together(patterns)),
    );
    reads.push(spans);
  }

  // The same from the keys' side: eight queries at a time, over blocks of four keys.
  const readers: number[][] = Array.from({ length: blocks }, () => []);
  for (let tile = 0; tile * TILE_COLUMNS < T; tile++) {
    sweep(rowsFrom(tile * TILE_COLUMNS, TILE_COLUMNS), TILE_ROWS, (from, to, patterns) => {
      const bits = turned(patterns);
      for (let b = from; b < to; b++) extend(readers[b]!, tile, tile + 1, bits);
    });
  }
  return { T, chunk: 0, summaries: 0, reads: listed(reads), readers: listed(readers) };
}

/** Calls `visit` for every span of block `b`. */
export function eachSpan(
  list: Int32Array,
  b: number,
  visit: (from: number, to: number, bits: number) => void,
): void {
  for (let e = list[b]!; e < list[b + 1]!; e += SPAN) visit(list[e]!, list[e + 1]!, list[e + 2]!);
}

/** Bits of a span that are set. */
export function bitsSet(bits: number): number {
  let set = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) set++;
  return set;
}

/** Pairs of the mask, counted from its tiles. */
export function pairsInTiles({ T, reads }: Pick<TileLayout, 'T' | 'reads'>): number {
  let pairs = 0;
  for (let b = 0; b < tileBlocks(T); b++)
    eachSpan(reads, b, (from, to, bits) => (pairs += (to - from) * bitsSet(bits)));
  return pairs;
}

/** The mask as cells, [T, T], 1 where a pair is in it. For the composed reference and tests. */
export function cellsInTiles({ T, reads }: Pick<TileLayout, 'T' | 'reads'>): Uint8Array {
  const cells = new Uint8Array(T * T);
  for (let b = 0; b < tileBlocks(T); b++)
    eachSpan(reads, b, (from, to, bits) => {
      for (let tile = from; tile < to; tile++)
        for (let bit = 0; bit < TILE_ROWS * TILE_COLUMNS; bit++)
          if ((bits >>> bit) & 1)
            cells[
              (TILE_ROWS * b + Math.floor(bit / TILE_COLUMNS)) * T +
                TILE_COLUMNS * tile +
                (bit % TILE_COLUMNS)
            ] = 1;
    });
  return cells;
}

/** Adds a span, or extends the last one if it continues with the same bits. */
function extend(spans: number[], from: number, to: number, bits: number): void {
  const end = spans.length;
  if (end > 0 && spans[end - 2] === from && spans[end - 1] === bits) spans[end - 2] = to;
  else spans.push(from, to, bits);
}

/** Where each block's spans begin, then all spans. */
function listed(blocks: readonly (readonly number[])[]): Int32Array {
  const head = blocks.length + 1;
  const list = new Int32Array(blocks.reduce((sum, spans) => sum + spans.length, head));
  let at = head;
  blocks.forEach((spans, b) => {
    list[b] = at;
    list.set(spans, at);
    at += spans.length;
  });
  list[blocks.length] = at;
  return list;
}

/** Byte i of the bits is row i's. */
const together = (patterns: readonly number[]): number =>
  patterns.reduce((bits, pattern, i) => bits | (pattern << (TILE_COLUMNS * i)), 0);

/** Up to eight rows of four columns each, as four rows of eight. */
function turned(patterns: readonly number[]): number {
  let bits = 0;
  for (let j = 0; j < patterns.length; j++)
    for (let i = 0; i < TILE_ROWS; i++)
      if ((patterns[j]! >> i) & 1) bits |= 1 << (TILE_COLUMNS * i + j);
  return bits;
}

/**
 * Calls `visit`, from left to right, for ranges of groups of `width` columns in which the pattern of each row stays the
 * same; skips ranges in which no row has any. patterns[i] has bit j if row i has column j of the group.
 */
function sweep(
  rows: readonly Runs[],
  width: number,
  visit: (from: number, to: number, patterns: readonly number[]) => void,
): void {
  // A row's pattern changes only in the groups where its runs begin and end.
  const cuts = new Set<number>();
  for (const runs of rows) {
    for (let r = 0; r < runs.length; r += 2) {
      const [first, last] = [Math.floor(runs[r]! / width), Math.floor((runs[r + 1]! - 1) / width)];
      cuts.add(first).add(first + 1);
      cuts.add(last).add(last + 1);
    }
  }
  const edges = [...cuts].sort((a, b) => a - b);
  const next = rows.map(() => 0); // the first run of each row that does not end before the group
  for (let e = 0; e + 1 < edges.length; e++) {
    const from = edges[e]!;
    const [begin, end] = [from * width, (from + 1) * width];
    const patterns = rows.map((runs, i) => {
      while (next[i]! < runs.length && runs[next[i]! + 1]! <= begin) next[i]! += 2;
      let pattern = 0;
      for (let r = next[i]!; r < runs.length && runs[r]! < end; r += 2)
        for (let c = Math.max(begin, runs[r]!); c < Math.min(end, runs[r + 1]!); c++)
          pattern |= 1 << (c - begin);
      return pattern;
    });
    if (patterns.some((pattern) => pattern !== 0)) visit(from, edges[e + 1]!, patterns);
  }
}
