/**
 * @file A mask: for each query, the keys it may read. Never held as cells: a row is computed on request, so 16,384
 * tokens cost only the rows that are requested.
 *
 * There may be more keys than queries, as when reading a cache: query i is then at position keys - queries + i (aligned at the bottom right, like FlashAttention and PyTorch's causal_lower_right).
 */
import { check } from '../core/check';
import { clip, count, differ, fromCells, type Runs } from './runs';

export const MAX_TOKENS = 16_384;

export interface Mask {
  readonly queries: number;
  readonly keys: number;
  /** Keys query `q` may read, 0 <= q < queries. Pure. */
  row(q: number): Runs;
}

/**
 * Position of query `q` among the keys: with fewer queries than keys, the last query is at the last key. If there are
 * more queries than keys, they belong to another sequence (cross-attention) and count from 0.
 */
export const positionOf = ({ queries, keys }: Pick<Mask, 'queries' | 'keys'>, q: number): number =>
  Math.max(0, keys - queries) + q;

/** Maximum numbers that a mask caches, over all rows: every second key of 16,384 tokens would be 268 million. */
const MAX_REMEMBERED = 8_000_000;

/** A mask that caches the rows requested from it: for slow terms and for masks that are read often. */
export function remembered(mask: Mask): Mask {
  const rows = new Map<number, Runs>();
  let held = 0;
  return {
    ...mask,
    row(q) {
      const known = rows.get(q);
      if (known) return known;
      const row = mask.row(q);
      if (held + row.length > MAX_REMEMBERED) {
        rows.clear();
        held = 0;
      }
      rows.set(q, row);
      held += row.length;
      return row;
    },
  };
}

/** A mask from cells, row-major [queries, keys]; nonzero cells may be read. */
export function maskOfCells(cells: ArrayLike<number>, queries: number, keys: number): Mask {
  check(
    cells.length === queries * keys,
    `a mask of ${queries} × ${keys} has ${queries * keys} cells; ${cells.length} were given`,
  );
  return remembered({ queries, keys, row: (q) => fromCells(cells, q * keys, keys) });
}

/** A mask from a rule for one cell, for small masks that no terms describe. */
export const fromRule = (
  queries: number,
  keys: number,
  rule: (query: number, key: number) => boolean,
): Mask =>
  maskOfCells(
    Array.from({ length: queries * keys }, (_, i) => +rule(Math.floor(i / keys), i % keys)),
    queries,
    keys,
  );

/** The cells of a tile, row-major, 1 where a key may be read. */
export function cellsOf(
  mask: Mask,
  from = { query: 0, key: 0 },
  size = { queries: mask.queries, keys: mask.keys },
): Uint8Array {
  const cells = new Uint8Array(size.queries * size.keys);
  for (let i = 0; i < size.queries; i++) {
    const runs = clip(mask.row(from.query + i), from.key, from.key + size.keys);
    for (let r = 0; r < runs.length; r += 2)
      cells.fill(1, i * size.keys + runs[r]! - from.key, i * size.keys + runs[r + 1]! - from.key);
  }
  return cells;
}

/** Pairs (query, key) a mask lets through. */
export function pairsOf(mask: Mask): number {
  let pairs = 0;
  for (let q = 0; q < mask.queries; q++) pairs += count(mask.row(q));
  return pairs;
}

export interface Difference {
  readonly cells: number;
  /** The first difference in reading order. */
  readonly first?: { readonly query: number; readonly key: number };
}

/** The number of cells in which two masks of the same shape differ, and the first of them. */
export function differenceOf(a: Mask, b: Mask): Difference {
  check(
    a.queries === b.queries && a.keys === b.keys,
    `the masks are ${a.queries} × ${a.keys} and ${b.queries} × ${b.keys}; only masks of the same shape can be compared`,
  );
  let cells = 0;
  let first: Difference['first'];
  for (let q = 0; q < a.queries; q++) {
    const runs = differ(a.row(q), b.row(q));
    if (runs.length === 0) continue;
    first ??= { query: q, key: runs[0]! };
    cells += count(runs);
  }
  return { cells, ...(first && { first }) };
}
