/**
 * @file Packed documents: what a layer reads when a row of the batch holds several documents and no token reads across the boundary of its own.
 *
 * A row's documents are given by `starts`: for each token, where in the row its document begins. The first document may have begun before the row; it then counts from the start of the row. Masks are cut row by row, so that a kernel walks a separate table per row and nothing is computed that no token reads.
 */
import { check } from '../core/check';
import { isTiled, type Intervals, type Layout } from './layout';
import { eachSpan, pairsInTiles, SPAN, TILE_COLUMNS, TILE_ROWS, tileBlocks } from './tiles';

/** How a run treats consecutive documents in one row of its batch. */
export type Packing =
  | 'off' // a row is one text, whatever it contains
  | 'masked' // attention stays in the document; positions continue along the row
  | 'restart'; // attention stays in the document; positions restart at 0

/**
 * Where each token's document begins, from the positions at which documents begin; the start of the row always counts
 * as one.
 */
export function startsOf(T: number, begins: Iterable<number>): Int32Array {
  const starts = new Int32Array(T);
  for (const at of begins) if (at > 0 && at < T) starts[at] = at;
  for (let t = 1; t < T; t++) starts[t] = Math.max(starts[t]!, starts[t - 1]!);
  return starts;
}

/** Where each token's document ends, exclusive. */
export function endsOf(starts: Int32Array): Int32Array {
  const T = starts.length;
  const ends = new Int32Array(T);
  for (let t = T - 1, end = T; t >= 0; t--) {
    ends[t] = end;
    if (starts[t] === t) end = t;
  }
  return ends;
}

/** Refuses layouts without a defined document mask: the average of a chunk would mix the documents in it. */
export function checkPacked(layout: Pick<Layout, 'chunk'>): void {
  check(
    layout.chunk === 0,
    'documents cannot be kept apart where a layer reads averages of chunks: a chunk may hold the end of one document and the beginning of the next; use other layers, or one text per row',
  );
}

/** The layout of one row: what `layout` lets through, restricted to the token's own document. */
export function withinDocuments(layout: Layout, starts: Int32Array): Layout {
  check(
    starts.length === layout.T,
    `the row has ${starts.length} tokens; the layer reads ${layout.T}`,
  );
  const tables = rowTables(layout);
  const reads = new Int32Array(tables.reads);
  const readers = new Int32Array(tables.readers);
  writeReads(layout, starts, reads, 0);
  writeReaders(layout, starts, readers, 0);
  if (isTiled(layout)) return { ...layout, reads, readers };
  const [from, to] = [0, 1].map((side) => readers.filter((_, i) => i % 2 === side));
  return { ...layout, first: reads, from: from!, to: to! };
}

/** Pairs a layout lets through. */
export function pairsIn(layout: Layout): number {
  if (isTiled(layout)) return pairsInTiles(layout);
  const { T, first } = layout;
  return first.reduce((sum, from, q) => sum + q + 1 - from, 0) + pairsOfSummaries(layout, T);
}

const pairsOfSummaries = ({ from, to }: Intervals, T: number): number =>
  from.subarray(T).reduce((sum, q, c) => sum + to[T + c]! + 1 - q, 0);

/** Sizes of a row's tables, in numbers: what its queries read, and which queries read its keys. */
export function rowTables(layout: Layout): { readonly reads: number; readonly readers: number } {
  if (isTiled(layout))
    return { reads: roomFor(layout.reads, layout.T), readers: roomFor(layout.readers, layout.T) };
  return { reads: layout.T, readers: 2 * layout.T };
}

/** Writes what row `row` reads into a buffer that holds the tables of all rows, one after another. */
export function writeReads(layout: Layout, starts: Int32Array, to: Int32Array, row: number): void {
  checkPacked(layout);
  const at = row * rowTables(layout).reads;
  if (isTiled(layout)) return cut(layout.reads, starts, to, at);
  layout.first.forEach((first, q) => (to[at + q] = Math.max(first, starts[q]!)));
}

/** The same from the keys' side: the first and last query that reads each key, or tiles. */
export function writeReaders(
  layout: Layout,
  starts: Int32Array,
  to: Int32Array,
  row: number,
): void {
  checkPacked(layout);
  const at = row * rowTables(layout).readers;
  if (isTiled(layout)) return cut(layout.readers, starts, to, at);
  const ends = endsOf(starts);
  for (let k = 0; k < layout.T; k++) {
    to[at + 2 * k] = layout.from[k]!;
    to[at + 2 * k + 1] = Math.min(layout.to[k]!, ends[k]! - 1);
  }
}

/**
 * Maximum numbers in a list of tiles after cutting. At most three tiles of a block of four rows are cut: the block's
 * own tile, in which documents may begin, the tile in which the first row's document begins, and the one in which the
 * last row's document ends. Each cut turns one span into at most three.
 */
const roomFor = (list: Int32Array, T: number): number => list.length + 6 * SPAN * tileBlocks(T);

/**
 * Cuts a list of tiles to the documents of its rows and writes it from index `at`. Positions are relative to the whole
 * buffer.
 */
function cut(list: Int32Array, starts: Int32Array, to: Int32Array, at: number): void {
  const T = starts.length;
  const ends = endsOf(starts);
  const blocks = tileBlocks(T);
  let end = at + blocks + 1;
  for (let b = 0; b < blocks; b++) {
    const begin = end;
    to[at + b] = begin;
    const own = Math.floor((TILE_ROWS * b) / TILE_COLUMNS);
    const first = starts[TILE_ROWS * b]! / TILE_COLUMNS;
    const last = ends[Math.min(TILE_ROWS * (b + 1), T) - 1]! / TILE_COLUMNS;
    const [least, most] = [Math.floor(first), Math.ceil(last)];
    // Tiles at which the part of a span that the rows may read changes.
    const edges = [least, Math.ceil(first), own, own + 1, Math.floor(last), most];
    const add = (from: number, after: number, bits: number) => {
      const kept = from < after ? bits & documentBits(starts, ends, b, from) : 0;
      if (kept === 0) return;
      if (end > begin && to[end - 2] === from && to[end - 1] === kept) to[end - 2] = after;
      else {
        to[end++] = from;
        to[end++] = after;
        to[end++] = kept;
      }
    };
    eachSpan(list, b, (from, after, bits) => {
      let next = Math.max(from, least);
      const stop = Math.min(after, most);
      for (const edge of edges) {
        if (edge <= next || edge >= stop) continue;
        add(next, edge, bits);
        next = edge;
      }
      add(next, stop, bits);
    });
  }
  to[at + blocks] = end;
}

/** The columns of the tile at block `b` that lie in each row's document, as the bits of a span. */
function documentBits(starts: Int32Array, ends: Int32Array, b: number, tile: number): number {
  const before = TILE_COLUMNS * tile;
  const within = (column: number) => Math.min(Math.max(column - before, 0), TILE_COLUMNS);
  let bits = 0;
  for (let i = 0; i < TILE_ROWS && TILE_ROWS * b + i < starts.length; i++) {
    const row = TILE_ROWS * b + i;
    const own = ((1 << within(ends[row]!)) - 1) & ~((1 << within(starts[row]!)) - 1);
    bits |= own << (TILE_COLUMNS * i);
  }
  return bits;
}
