/** @file Cells painted over a mask: rectangles, one over the other. */
import type { Mask } from './mask';
import { clip, equal, intersect, minus, NONE, run, union, type Runs } from './runs';

/** Cells of queries [query, toQuery) and keys [key, toKey): opened or blocked. */
export interface Rectangle {
  readonly query: number;
  readonly key: number;
  readonly toQuery: number;
  readonly toKey: number;
  readonly open: boolean;
}

/** Rectangles a mask may carry: more are as good as a mask of its own, and belong into a file. */
export const MOST_RECTANGLES = 2000;

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
 * Rectangles that make `above` of `below` in queries [from, to), the fewest that are easily found, none over another:
 * runs that differ, those of neighbouring rows joined where they are the same.
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

/** The same cells with as few rectangles; what was painted and painted back is gone. */
export function tidied(mask: Mask, rectangles: readonly Rectangle[]): readonly Rectangle[] {
  if (rectangles.length === 0) return [];
  const from = Math.max(0, Math.min(...rectangles.map(({ query }) => query)));
  const to = Math.min(mask.queries, Math.max(...rectangles.map(({ toQuery }) => toQuery)));
  return between(mask, painted(mask, rectangles), from, to);
}

/** Is every cell of the rectangle already as it would paint it? */
export function isIdle(mask: Mask, { query, key, toQuery, toKey, open }: Rectangle): boolean {
  for (let q = query; q < toQuery; q++) {
    const part = clip(mask.row(q), key, toKey);
    if (!equal(part, open ? run(key, toKey) : intersect(part, NONE))) return false;
  }
  return true;
}

// ------------------------------------------------------------------------------------------------- as text

/** '3.0.5.2-…': query, key, queries, keys in base 36, upper case where cells are blocked. */
export const writeRectangles = (rectangles: readonly Rectangle[]): string =>
  rectangles
    .map(({ query, key, toQuery, toKey, open }) => {
      const text = [query, key, toQuery - query, toKey - key].map((n) => n.toString(36)).join('.');
      return open ? text : `x${text}`;
    })
    .join('-');

/** What is no rectangle inside `queries` × `keys` is left out; undefined where nothing else is said. */
export function readRectangles(
  text: string,
  { queries, keys }: { readonly queries: number; readonly keys: number },
): { readonly rectangles: readonly Rectangle[]; readonly dropped: number } {
  const pieces = text === '' ? [] : text.split('-');
  const rectangles = pieces.slice(0, MOST_RECTANGLES).flatMap((piece): Rectangle[] => {
    const found = /^(x?)([0-9a-z]{1,4})\.([0-9a-z]{1,4})\.([0-9a-z]{1,4})\.([0-9a-z]{1,4})$/.exec(
      piece,
    );
    if (!found) return [];
    const [query, key, high, wide] = found.slice(2).map((n) => parseInt(n, 36)) as [
      number,
      number,
      number,
      number,
    ];
    const [toQuery, toKey] = [query + high, key + wide];
    if (high < 1 || wide < 1 || toQuery > queries || toKey > keys) return [];
    return [{ query, key, toQuery, toKey, open: found[1] === '' }];
  });
  return { rectangles, dropped: pieces.length - rectangles.length };
}
