/** @file What patterns leave in the rows of a mask, read off all of them, so that single wrong cells do not count. */
import { positionOf, type Mask } from '../../attention/mask';
import { clip, count, equal, firstAfter, has } from '../../attention/runs';
import { Counts } from './fit';

/** Cells by which a mask may differ from a pattern and still surely be meant as it. */
export const FEW = 3;
/** Documents, and global tokens, that one expression names at most. */
export const MOST_PLACES = 200;
/** Places only one row speaks for: a document of one token, or a wrong cell. */
const MOST_DOUBTFUL = 32;
/** Tokens up to which one cell may be all that a pattern shows of itself. */
export const TINY = 16;
/** Tokens beyond which not everything is tried: there the patterns are far apart, and each try takes its time. */
export const LONG = 256;
/** Tokens up to which chunks of every size are tried. */
const SHORT = 48;

export interface Padding {
  readonly left: number;
  readonly right: number;
}

/**
 * For each query, the run that holds its own token; undefined where it does not read itself. A padded token is read by
 * nobody: there it is the run that holds the nearest token that is none.
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

/** The commonest first; of equals the least. */
const commonest = (values: Iterable<number>): readonly number[] =>
  [...votesOf(values)].sort(([a, x], [b, y]) => y - x || a - b).map(([value]) => value);

/** The two windows most rows speak for. Rows that begin at the first key, or after left padding, tell none. */
export function windowsOf(mask: Mask, padding: Padding): readonly number[] {
  return commonest(
    ownRuns(mask, padding).flatMap((own) =>
      own && own.from > padding.left ? [own.position - own.from + 1] : [],
    ),
  ).slice(0, 2);
}

/** Where documents or chunks may begin: where the rows of several queries begin or end, or rows begin to be empty. */
export const beginsOf = (mask: Mask, padding: Padding): readonly number[] =>
  beginsFrom(mask, edgesOf(mask, padding));

interface Edges {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function beginsFrom(mask: Mask, { from, to }: Edges): readonly number[] {
  const found = [...from, ...to, ...emptiedAt(mask)];
  return found.length > MOST_PLACES ? [] : [...new Set(found)].sort((a, b) => a - b);
}

/** Where the rows of several queries begin, and where they end, inside the padding. */
function edgesOf(mask: Mask, padding: Padding): Edges {
  const own = ownRuns(mask, padding);
  const inside = (key: number) => key > padding.left && key < mask.keys - padding.right;
  const edges = (edge: 'from' | 'to') =>
    told(own.flatMap((one) => (one && inside(one[edge]) ? [one[edge]] : [])));
  return { from: edges('from'), to: edges('to') };
}

/** Places that several rows tell; those of one row, where they are few. */
function told(places: readonly number[]): readonly number[] {
  const votes = [...votesOf(places)];
  const doubtful = votes.filter(([, rows]) => rows === 1).length > MOST_DOUBTFUL;
  return votes.flatMap(([place, rows]) => (rows > 1 || !doubtful ? [place] : []));
}

/** Positions of queries that read nothing after one that reads, or the other way round: padded documents begin there. */
function emptiedAt(mask: Mask): readonly number[] {
  const ahead = positionOf(mask, 0);
  const found: number[] = [];
  for (let q = 1; q < mask.queries; q++)
    if ((mask.row(q).length === 0) !== (mask.row(q - 1).length === 0)) found.push(ahead + q);
  // One row beside them too, for a wrong cell in an empty row.
  const beside = found.flatMap((at) => [at - 1, at, at + 1]);
  return found.length > MOST_DOUBTFUL ? [] : beside.filter((at) => at > 0 && at < mask.keys);
}

/** Sizes of chunk that the rows speak for; of few tokens, all. */
export function chunksOf(mask: Mask, padding: Padding): readonly number[] {
  if (mask.keys <= SHORT)
    return Array.from({ length: Math.max(0, mask.keys - 2) }, (_, i) => i + 2);
  const edges = edgesOf(mask, padding);
  const begins = beginsFrom(mask, edges);
  // Apart for beginnings and ends: the rows of causal chunks end at every token, which says nothing of their size.
  const gaps = commonest([begins, edges.from, edges.to].flatMap(gapsOf)).filter(isSize).slice(0, 3);
  const parts = begins.slice(0, 4).flatMap((at) => [at, at / 2, at / 3, at / 4]);
  // Of sizes that say the same, the least.
  return [...new Set([...gaps, ...parts])].filter(isSize).sort((a, b) => a - b);
}

const isSize = (size: number) => Number.isInteger(size) && size > 1;
const gapsOf = (places: readonly number[]): readonly number[] => {
  const sorted = [...places].sort((a, b) => a - b);
  return sorted.map((at, i) => at - (sorted[i - 1] ?? 0));
};

/** Two tokens that read each other are one cell of the future, which may as well be wrong: they are no span. */
const FEWEST_OF_SPAN = 3;
/** Spans one expression names at most. */
const MOST_SPANS = 100;

/** Tokens [from, to] that read on to the same end, three or more in a row: images in a text. None where there are too many. */
export function spansOf(mask: Mask): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let q = 0; q < mask.queries; q++) {
    const end = endOf(mask, q);
    if (q > 0 && endOf(mask, q - 1) === end) continue;
    const from = positionOf(mask, q);
    // Inside another it is that one, with a wrong cell; and one that begins the text is a prefix.
    const inside = from <= (found.at(-1)?.[1] ?? 0);
    if (end >= from + FEWEST_OF_SPAN && !(inside && q > 0)) found.push([from, end - 1]);
    if (found.length > MOST_SPANS) return [];
  }
  if (found.length === 1 && found[0]![0] === 0) return [];
  return found.filter(
    ([a, b]) =>
      b < mask.keys && positionOf(mask, 0) <= a && endOf(mask, b - positionOf(mask, 0)) === b + 1,
  );
}

/** Where the run ends that holds the query's own token; its own place where it does not read itself. */
function endOf(mask: Mask, q: number): number {
  const own = positionOf(mask, q);
  const row = q < mask.queries ? mask.row(q) : [];
  const at = firstAfter(row, own);
  return at < row.length && row[at]! <= own ? row[at + 1]! : own;
}

/** Where rows begin, and where they end, as several queries say: of blocks that are read whole, those of documents. */
export interface Borders {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Blocks that are read to their end by all their tokens, as long as they like; none where some have one or two tokens. */
export function blocksIn(mask: Mask, padding: Padding): Borders | undefined {
  const { from, to } = edgesOf(mask, padding);
  if (to.length === 0 || from.length + to.length > MOST_PLACES) return undefined;
  const ends = [...to].sort((a, b) => a - b);
  const begins = [...from].sort((a, b) => a - b);
  const first = Math.max(padding.left, positionOf(mask, 0));
  const whole = ends.every((end, i) => {
    const size = end - Math.max(ends[i - 1] ?? first, first);
    // What is left over at the end of a document may be less.
    return size >= FEWEST_OF_SPAN || begins.includes(end) || i === 0;
  });
  return whole ? { begins, ends } : undefined;
}

/** Tokens of a tree at most. */
const MOST_OF_TREE = 200;

/**
 * Guessed tokens that branch, at the end of a text: where they begin, and the parent of each after the first. Undefined
 * where some row is no text and one branch.
 */
export function treeOf(mask: Mask): readonly number[] | undefined {
  const ahead = positionOf(mask, 0);
  if (mask.queries > mask.keys) return undefined;
  let from = mask.keys;
  for (let q = 0; q < mask.queries; q++) {
    const row = mask.row(q);
    const missing = row[0] === 0 ? row[1]! : 0;
    if (missing <= ahead + q) from = Math.min(from, missing);
  }
  // A text stands before it; without one it is a stride as well.
  if (from === 0 && mask.keys > TINY) return undefined;
  if (from < ahead || mask.keys - from > MOST_OF_TREE || mask.keys - from < 2) return undefined;
  const parents: number[] = [];
  for (let at = from; at < mask.keys; at++) {
    const row = mask.row(at - ahead);
    const before = clip(row, from, at);
    const parent = before.length > 0 ? before.at(-1)! - 1 : at;
    if (!has(row, at) || row.at(-1) !== at + 1) return undefined;
    if (parent < at) {
      const above = clip(mask.row(parent - ahead), from, parent + 1);
      if (!equal(before, above)) return undefined;
    }
    if (at > from) parents.push(parent);
  }
  const branches = parents.some((parent, i) => parent >= from && parent < from + i);
  return branches || (from > 0 && areChains(parents, from)) ? [from, ...parents] : undefined;
}

/** Guesses of equal length, each after the same text. Without a text, chains one after another are documents. */
function areChains(parents: readonly number[], from: number): boolean {
  const begins = [0, ...parents.flatMap((parent, i) => (parent === from + i + 1 ? [i + 1] : []))];
  const length = begins[1] ?? 0;
  return (
    length > 1 &&
    begins.length * length === parents.length + 1 &&
    begins.every((at, i) => at === i * length)
  );
}

/** Tokens that read all there is to read. */
export function fullRows(mask: Mask, { left, right }: Padding): readonly number[] {
  const ahead = positionOf(mask, 0);
  const found = Array.from({ length: mask.queries }, (_, q) => q).filter(
    (q) => count(mask.row(q)) >= mask.keys - left - right,
  );
  return found.length > MOST_PLACES ? [] : found.map((q) => ahead + q);
}

/**
 * Padding at both ends: the keys that nobody reads, or that at most a few queries read. Of a long mask the widest guess
 * is enough, for fitting narrows it.
 */
export function paddingsOf(mask: Mask): readonly Padding[] {
  const columns = new Counts(mask.keys, 'key');
  for (let q = 0; q < mask.queries; q++) columns.add(mask.row(q), positionOf(mask, q));
  const read = columns.sums().subarray(0, mask.keys);
  const found = new Map<string, Padding>();
  // A query is not padding to itself: where its own key alone is missing, that is a wrong cell.
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
