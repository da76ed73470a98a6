/**
 * @file Traces of patterns in the rows of a mask, gathered from all rows so that single wrong cells do not count.
 */
import { positionOf, type Mask } from '../../attention/mask';
import { count, firstAfter } from '../../attention/runs';
import { Counts } from './fit';

/** Cells in which a mask may differ from a pattern and still certainly be meant as that pattern. */
export const FEW = 3;
/** Maximum documents, or global tokens, that one expression names. */
export const MAX_PLACES = 200;
/** Maximum places supported by one row only: a document of one token, or a wrong cell. */
const MAX_DOUBTFUL = 32;
/** Up to this many tokens, one cell may be the only sign of a pattern. */
export const TINY = 16;
/** Beyond this many tokens, not everything is tried: patterns are far apart there, and each try takes time. */
export const LONG = 256;
/** Up to this many tokens, chunks of every size are tried. */
const SHORT = 48;

export interface Padding {
  readonly left: number;
  readonly right: number;
}

/**
 * For each query, the run that holds its own token; undefined if it does not read itself. No query reads a padded
 * token: for those, the run that holds the nearest real token.
 */
function ownRuns(mask: Mask, { left, right }: Padding): readonly (Own | undefined)[] {
  const last = mask.keys - 1 - right;
  return Array.from({ length: mask.queries }, (_, q) => {
    const position = positionOf(mask, q);
    const [row, own] = [mask.row(q), Math.max(left, Math.min(last, position))];
    const at = firstAfter(row, own);
    return at < row.length && row[at]! <= own
      ? { position, from: row[at]!, to: row[at + 1]! }
      : undefined;
  });
}

interface Own {
  readonly position: number; // of the query
  readonly from: number;
  readonly to: number;
}

function votesOf(values: Iterable<number>): ReadonlyMap<number, number> {
  const votes = new Map<number, number>();
  for (const value of values) votes.set(value, (votes.get(value) ?? 0) + 1);
  return votes;
}

/** Most common first; ties in ascending order. */
const commonest = (values: Iterable<number>): readonly number[] =>
  [...votesOf(values)].sort(([a, x], [b, y]) => y - x || a - b).map(([value]) => value);

/** The two windows that most rows support. Rows that begin at the first key, or after left padding, do not count. */
export function windowsOf(mask: Mask, padding: Padding): readonly number[] {
  return commonest(
    ownRuns(mask, padding).flatMap((own) =>
      own && own.from > padding.left ? [own.position - own.from + 1] : [],
    ),
  ).slice(0, 2);
}

/** Where documents or chunks may begin: where the rows of several queries begin or end, or start to be empty. */
export const beginsOf = (mask: Mask, padding: Padding): readonly number[] =>
  beginsFrom(mask, edgesOf(mask, padding));

interface Edges {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function beginsFrom(mask: Mask, { from, to }: Edges): readonly number[] {
  const found = [...from, ...to, ...emptiedAt(mask)];
  return found.length > MAX_PLACES ? [] : [...new Set(found)].sort((a, b) => a - b);
}

/** Where the rows of several queries begin and where they end, between left and right padding. */
function edgesOf(mask: Mask, padding: Padding): Edges {
  const own = ownRuns(mask, padding);
  const inside = (key: number) => key > padding.left && key < mask.keys - padding.right;
  const edges = (edge: 'from' | 'to') =>
    told(own.flatMap((one) => (one && inside(one[edge]) ? [one[edge]] : [])));
  return { from: edges('from'), to: edges('to') };
}

/** Places that several rows support; those of a single row only if there are few. */
function told(places: readonly number[]): readonly number[] {
  const votes = [...votesOf(places)];
  const doubtful = votes.filter(([, rows]) => rows === 1).length > MAX_DOUBTFUL;
  return votes.flatMap(([place, rows]) => (rows > 1 || !doubtful ? [place] : []));
}

/** Positions of queries that read nothing after one that reads, or the other way round: padded documents begin there. */
function emptiedAt(mask: Mask): readonly number[] {
  const ahead = positionOf(mask, 0);
  const found: number[] = [];
  for (let q = 1; q < mask.queries; q++)
    if ((mask.row(q).length === 0) !== (mask.row(q - 1).length === 0)) found.push(ahead + q);
  // Also the rows next to them, in case an empty row has a wrong cell.
  const beside = found.flatMap((at) => [at - 1, at, at + 1]);
  return found.length > MAX_DOUBTFUL ? [] : beside.filter((at) => at > 0 && at < mask.keys);
}

/** Chunk sizes that the rows support; for few tokens, all. */
export function chunksOf(mask: Mask, padding: Padding): readonly number[] {
  if (mask.keys <= SHORT)
    return Array.from({ length: Math.max(0, mask.keys - 2) }, (_, i) => i + 2);
  const edges = edgesOf(mask, padding);
  const begins = beginsFrom(mask, edges);
  // Begins and ends separately: the rows of causal chunks end at every token, which says nothing about their size.
  const gaps = commonest([begins, edges.from, edges.to].flatMap(gapsOf)).filter(isSize).slice(0, 3);
  const parts = begins.slice(0, 4).flatMap((at) => [at, at / 2, at / 3, at / 4]);
  // Among equivalent sizes, the smallest.
  return [...new Set([...gaps, ...parts])].filter(isSize).sort((a, b) => a - b);
}

const isSize = (size: number) => Number.isInteger(size) && size > 1;
const gapsOf = (places: readonly number[]): readonly number[] => {
  const sorted = [...places].sort((a, b) => a - b);
  return sorted.map((at, i) => at - (sorted[i - 1] ?? 0));
};

/** Two tokens that read each other are one future cell, which may well be wrong: they are not a span. */
const MIN_SPAN = 3;
/** Maximum spans that one expression names. */
const MAX_SPANS = 100;

/**
 * Tokens [from, to] that all read on to the same end, three or more in a row: images in a text. Empty if there are
 * too many.
 */
export function spansOf(mask: Mask): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let q = 0; q < mask.queries; q++) {
    const end = endOf(mask, q);
    if (q > 0 && endOf(mask, q - 1) === end) continue;
    const from = positionOf(mask, q);
    // A span inside another one is the outer span with a wrong cell; a span that begins the text is a prefix.
    const inside = from <= (found.at(-1)?.[1] ?? 0);
    if (end >= from + MIN_SPAN && !(inside && q > 0)) found.push([from, end - 1]);
    if (found.length > MAX_SPANS) return [];
  }
  if (found.length === 1 && found[0]![0] === 0) return [];
  return found.filter(
    ([a, b]) =>
      b < mask.keys && positionOf(mask, 0) <= a && endOf(mask, b - positionOf(mask, 0)) === b + 1,
  );
}

/** The end of the run that holds the query's own token; its own position if it does not read itself. */
function endOf(mask: Mask, q: number): number {
  const own = positionOf(mask, q);
  const row = q < mask.queries ? mask.row(q) : [];
  const at = firstAfter(row, own);
  return at < row.length && row[at]! <= own ? row[at + 1]! : own;
}

/**
 * The positions at which rows begin and end, as several queries show; for blocks read whole, rows begin where documents
 * do.
 */
export interface Borders {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Blocks of any length that all their tokens read to the end; undefined if some have one or two tokens. */
export function blocksIn(mask: Mask, padding: Padding): Borders | undefined {
  const { from, to } = edgesOf(mask, padding);
  if (to.length === 0 || from.length + to.length > MAX_PLACES) return undefined;
  const ends = [...to].sort((a, b) => a - b);
  const begins = [...from].sort((a, b) => a - b);
  const first = Math.max(padding.left, positionOf(mask, 0));
  const whole = ends.every((end, i) => {
    const size = end - Math.max(ends[i - 1] ?? first, first);
    // The remainder at the end of a document may be smaller.
    return size >= MIN_SPAN || begins.includes(end) || i === 0;
  });
  return whole ? { begins, ends } : undefined;
}

/** Tokens that read everything outside the padding. */
export function fullRows(mask: Mask, { left, right }: Padding): readonly number[] {
  const ahead = positionOf(mask, 0);
  const found = Array.from({ length: mask.queries }, (_, q) => q).filter(
    (q) => count(mask.row(q)) >= mask.keys - left - right,
  );
  return found.length > MAX_PLACES ? [] : found.map((q) => ahead + q);
}

/**
 * Padding at both ends: keys that no query reads, or at most a few do. For a long mask the widest guess is enough,
 * because fitting narrows it.
 */
export function paddingsOf(mask: Mask): readonly Padding[] {
  const columns = new Counts(mask.keys, 'key');
  for (let q = 0; q < mask.queries; q++) columns.add(mask.row(q), positionOf(mask, q));
  const read = columns.sums().subarray(0, mask.keys);
  const found = new Map<string, Padding>();
  // A query is not padding to itself: if only its own key is missing, that is a wrong cell.
  const own = mask.queries === 1 && mask.keys > 3;
  for (const few of [FEW, 1, 0]) {
    const left = read.findIndex((cells) => cells > few);
    const right = mask.keys - 1 - read.findLastIndex((cells) => cells > few);
    if (left >= 0 && !(own && right === 1)) found.set(`${left} ${right}`, { left, right });
  }
  const paddings = [...found.values()];
  return mask.keys > LONG
    ? paddings.slice(0, 1).filter(({ left, right }) => left + right > 0)
    : paddings.reverse();
}
