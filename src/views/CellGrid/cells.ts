/** @file The kinds and names of the cells of a grid, and how the keyboard and the pointer move in it. */

/** Blank, ink, hatched. */
export type Cell = 'blocked' | 'open' | 'summary';

export interface At {
  readonly query: number; // row, from 0
  readonly key: number; // column, from 0
}

/** `wrong` is outlined and crossed out; `differs` is outlined and has a dot in its middle. */
export interface Mark extends At {
  readonly kind: 'wrong' | 'differs';
}

export const same = (a: At | undefined, b: At | undefined): boolean =>
  a?.query === b?.query && a?.key === b?.key;

export const MARK_WORDS: Readonly<Record<Mark['kind'], string>> = {
  wrong: 'wrong',
  differs: 'different from the intended mask',
};

/** 'query 5, key 3, painted, wrong'. */
export const nameOf = ({ query, key }: At, ...words: readonly (string | undefined)[]): string =>
  [`query ${query}`, `key ${key}`, ...words.filter(Boolean)].join(', ');

/** Cells a pointer crossed between two of its events, including the last but not the first. */
export function wayTo(from: At, to: At): readonly At[] {
  const steps = Math.max(Math.abs(to.query - from.query), Math.abs(to.key - from.key));
  return Array.from({ length: steps }, (_, i) => {
    const part = (i + 1) / steps;
    return {
      query: Math.round(from.query + part * (to.query - from.query)),
      key: Math.round(from.key + part * (to.key - from.key)),
    };
  });
}

export interface Size {
  readonly queries: number;
  readonly keys: number;
}

export const clamped = ({ query, key }: At, { queries, keys }: Size): At => ({
  query: Math.min(queries - 1, Math.max(0, query)),
  key: Math.min(keys - 1, Math.max(0, key)),
});

/** Where a keyboard key moves; undefined if nowhere. Control moves to the corners. */
export function moved(at: At, pressed: string, control: boolean, size: Size): At | undefined {
  const { query, key } = at;
  const to = {
    ArrowUp: { query: query - 1, key },
    ArrowDown: { query: query + 1, key },
    ArrowLeft: { query, key: key - 1 },
    ArrowRight: { query, key: key + 1 },
    Home: { query: control ? 0 : query, key: 0 },
    End: { query: control ? size.queries : query, key: size.keys },
    PageUp: { query: 0, key },
    PageDown: { query: size.queries, key },
  }[pressed];
  return to && clamped(to, size);
}

/** How many rows or columns share one number, if they are `pitch` pixels apart. */
export const tickEvery = (pitch: number): number => (pitch >= 18 ? 1 : pitch >= 9 ? 2 : 4);
