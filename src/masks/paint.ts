/** @file Cells painted over a mask: rectangles, layered on top of one another. */
import type { Mask } from '../attention/mask';
import { clip, equal, intersect, minus, NONE, run, union, type Runs } from '../attention/runs';

/** Cells of queries [query, toQuery) and keys [key, toKey): opened or blocked. */
export interface Rectangle {
  readonly query: number;
  readonly key: number;
  readonly toQuery: number;
  readonly toKey: number;
  readonly open: boolean;
}

/** Maximum rectangles on a mask: a mask with more belongs in a file. */
export const MAX_RECTANGLES = 2000;

/** The mask with rectangles painted over it, the last on top. */
export function painted(mask: Mask, rectangles: readonly Rectangle[]): Mask {
  if (rectangles.length === 0) return mask;
  const rows = new Map<number, Runs>();
  const work = (q: number) =>
    rectangles.reduce<Runs>((row, { query, toQuery, key, toKey, open }) => {
      if (q < query || q >= toQuery) return row;
      const part = run(Math.max(0, key), Math.min(mask.keys, toKey));
      return open ? union(row, part) : minus(row, part);
    }, mask.row(q));
  return {
    ...mask,
    row(q) {
      const known = rows.get(q) ?? work(q);
      rows.set(q, known);
      return known;
    },
  };
}

/**
 * Rectangles that turn `below` into `above` in queries [from, to), without overlap and as few as are easily found: runs
 * that differ, joined where neighbouring rows have the same ones.
 */
export function between(
  below: Mask,
  above: Mask,
  from = 0,
  to = below.queries,
): readonly Rectangle[] {
  const done: Rectangle[] = [];
  for (const open of [true, false]) {
    let growing: Rectangle[] = [];
    for (let q = from; q <= to; q++) {
      const [old, now] = q < to ? [below.row(q), above.row(q)] : [NONE, NONE];
      const changed = open ? minus(now, old) : minus(old, now);
      const next: Rectangle[] = [];
      for (let i = 0; i < changed.length; i += 2) {
        const [key, toKey] = [changed[i]!, changed[i + 1]!];
        const before = growing.find((one) => one.key === key && one.toKey === toKey);
        if (before) growing = growing.filter((one) => one !== before);
        next.push({ query: before?.query ?? q, key, toQuery: q + 1, toKey, open });
      }
      done.push(...growing);
      growing = next;
    }
  }
  return done.sort((a, b) => a.query - b.query || a.key - b.key);
}

/** The same cells with as few rectangles; drops what was painted and painted back. */
export function tidied(mask: Mask, rectangles: readonly Rectangle[]): readonly Rectangle[] {
  if (rectangles.length === 0) return [];
  const from = Math.max(0, Math.min(...rectangles.map(({ query }) => query)));
  const to = Math.min(mask.queries, Math.max(...rectangles.map(({ toQuery }) => toQuery)));
  return between(mask, painted(mask, rectangles), from, to);
}

/** Whether every cell of the rectangle already has the painted value. */
export function isIdle(mask: Mask, { query, key, toQuery, toKey, open }: Rectangle): boolean {
  for (let q = query; q < toQuery; q++) {
    const part = clip(mask.row(q), key, toKey);
    if (!equal(part, open ? run(key, toKey) : intersect(part, NONE))) return false;
  }
  return true;
}

// ------------------------------------------------------------------------------------------------- as text

/** Marks a blocked rectangle: not a digit, and needs no escaping in a URL. */
const BLOCKED = '~';
/** Its equivalent in older links. It is also the base-36 digit 33, so such text may be ambiguous. */
const OLD_BLOCKED = 'x';

/**
 * '3.0.5.2-~0.4.1.1': query, key, queries, keys in base 36, ~ before a blocked rectangle. A query whose first digit is
 * x gets a leading 0, so that no rectangle written here begins like a blocked one of an older link.
 */
export const writeRectangles = (rectangles: readonly Rectangle[]): string =>
  rectangles
    .map(({ query, key, toQuery, toKey, open }) => {
      const text = [query, key, toQuery - query, toKey - key].map((n) => n.toString(36)).join('.');
      if (!open) return `${BLOCKED}${text}`;
      return text.startsWith(OLD_BLOCKED) ? `0${text}` : text;
    })
    .join('-');

interface Size {
  readonly queries: number;
  readonly keys: number;
}

/** An ambiguous rectangle from an older link. */
interface Unclear {
  readonly opened: Rectangle;
  readonly blocked: Rectangle;
}

export interface ReadRectangles {
  readonly rectangles: readonly Rectangle[];
  /** Pieces that are not a rectangle inside the mask. */
  readonly dropped: number;
  /** Pieces after the first MAX_RECTANGLES, which were not parsed. */
  readonly beyond: number;
  readonly unclear: readonly Unclear[];
}

/** Skips whatever is not a rectangle inside `queries` × `keys`, or is ambiguous. */
export function readRectangles(text: string, size: Size): ReadRectangles {
  const pieces = text === '' ? [] : text.split('-');
  const rectangles: Rectangle[] = [];
  const unclear: Unclear[] = [];
  const looked = pieces.slice(0, MAX_RECTANGLES);
  for (const piece of looked) {
    const opened = rectangleIn(piece, true, size);
    const blocked = /^[~x]/.test(piece) ? rectangleIn(piece.slice(1), false, size) : undefined;
    if (opened && blocked) unclear.push({ opened, blocked });
    else if (opened ?? blocked) rectangles.push((opened ?? blocked)!);
  }
  return {
    rectangles,
    unclear,
    dropped: looked.length - rectangles.length - unclear.length,
    beyond: pieces.length - looked.length,
  };
}

const NUMBERS = /^([0-9a-z]{1,4})\.([0-9a-z]{1,4})\.([0-9a-z]{1,4})\.([0-9a-z]{1,4})$/;

function rectangleIn(text: string, open: boolean, { queries, keys }: Size): Rectangle | undefined {
  const numbers = NUMBERS.exec(text)
    ?.slice(1)
    .map((digits) => parseInt(digits, 36));
  if (!numbers) return undefined;
  const [query, key, high, wide] = numbers as [number, number, number, number];
  const [toQuery, toKey] = [query + high, key + wide];
  if (high < 1 || wide < 1 || toQuery > queries || toKey > keys) return undefined;
  return { query, key, toQuery, toKey, open };
}

/** What was skipped, as sentences without a full stop. */
export function sayLeftOut({ dropped, beyond, unclear }: ReadRectangles): readonly string[] {
  const [first] = unclear;
  const many = (n: number) => (n === 1 ? '1 painted rectangle' : `${n} painted rectangles`);
  const one = unclear.length === 1;
  return [
    ...(dropped > 0 ? [`${many(dropped)} could not be read`] : []),
    ...(beyond > 0
      ? [`${many(beyond)} beyond the first ${MAX_RECTANGLES} were left out; a link holds no more`]
      : []),
    ...(first
      ? [
          `${many(unclear.length)} of this older link can be read in two ways, ${one ? '' : 'the first '}as query ${first.opened.query} opened or as query ${first.blocked.query} blocked; ${one ? 'it was left out, so paint it again' : 'they were left out, so paint them again'}`,
        ]
      : []),
  ];
}
