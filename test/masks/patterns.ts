/** @file Masks of every known pattern, drawn at any length, and the numbers a file may contain for them. */
import fc from 'fast-check';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import type { Matrix } from '../../src/masks/foreign/matrix';
import { cellsOf, maskOfCells, type Mask } from '../../src/attention/mask';

export const matrixOf = (mask: Mask, [open, closed]: readonly [number, number]): Matrix => {
  const cells = cellsOf(mask);
  return {
    queries: mask.queries,
    keys: mask.keys,
    kind: 'float',
    dtype: 'f4',
    at: (q, k) => (cells[q * mask.keys + k] ? open : closed),
  };
};

export const rowsOf = (rows: readonly (readonly number[])[]): Matrix => ({
  queries: rows.length,
  keys: rows[0]!.length,
  kind: 'float',
  dtype: 'f4',
  at: (q, k) => rows[q]![k]!,
});

/** The mask with the cells at these places flipped. */
export function spoilt(mask: Mask, places: Iterable<number>): Mask {
  const cells = cellsOf(mask);
  for (const at of places) cells[at] = 1 - cells[at]!;
  return maskOfCells(cells, mask.queries, mask.keys);
}

interface Draw {
  (min: number, max: number): number;
}
/** Starts of documents, each of `least` tokens or more. */
function begins(draw: Draw, T: number, least: number): string {
  const found: number[] = [];
  for (let at = draw(least, T - 1); at <= T - least && found.length < 6; at += draw(least, T - 1))
    found.push(at);
  return (found.length > 0 ? found : [Math.floor(T / 2)]).join(', ');
}

/** Every family, with parameters from the smallest to those that fill the sequence. */
export const FAMILIES: Readonly<Record<string, (T: number, draw: Draw) => string>> = {
  causal: () => 'causal',
  everything: () => 'causal | ahead(1)',
  window: (T, draw) => `causal & window(${draw(1, T)})`,
  sinks: (T, draw) => `causal & (window(${draw(1, T)}) | sink(${draw(1, T)}))`,
  chunks: (T, draw) => `causal & chunk(${draw(2, T)})`,
  'chunks both ways': (T, draw) => `chunk(${draw(2, T)})`,
  'block-causal': (T, draw) => `causal | chunk(${draw(2, T)})`,
  'chunks to the left': (T, draw) => `chunks(${draw(2, T / 4)}, ${draw(1, 3)})`,
  spans: (T, draw) => {
    const at = draw(1, T / 2);
    return `causal | span(${at}, ${draw(at + 2, T - 1)})`;
  },
  documents: (T, draw) => `causal & documents(${begins(draw, T, 4)})`,
  'documents both ways': (T, draw) => `documents(${begins(draw, T, 4)})`,
  prefix: (T, draw) => `causal | prefix(${draw(1, T)})`,
  'both sides': (T, draw) => `window(${draw(1, T)}) & !ahead(${draw(1, T)})`,
  strided: (T, draw) => `causal & (window(${draw(1, T)}) | dilated(${draw(2, T)}))`,
  dilated: (T, draw) => `causal & dilated(${draw(2, T)})`,
  'window and documents': (T, draw) =>
    `causal & window(${draw(2, T)}) & documents(${begins(draw, T, 4)})`,
  'both sides and documents': (T, draw) =>
    `window(${draw(2, T)}) & !ahead(${draw(2, T)}) & documents(${begins(draw, T, 4)})`,
  Longformer: (T, draw) =>
    `window(${draw(1, T / 4)}) & !ahead(${draw(1, T / 4)}) | global(0, ${draw(1, T - 1)})`,
};

interface Drawn {
  /** Tokens. */
  readonly least: number;
  readonly most: number;
  /** Most places to flip. */
  readonly wrong: number;
  /**
   * Whether fewer queries than keys may also be the first ones, even a single one; otherwise only the last half or
   * more.
   */
  readonly placed?: 'anywhere';
}

/** A mask of a family, and places to flip. */
export function cases(
  family: string,
  { least, most, wrong, placed }: Drawn,
): fc.Arbitrary<{ expression: string; mask: Mask; places: readonly number[] }> {
  return fc
    .tuple(
      fc.integer({ min: least, max: most }),
      fc.boolean(),
      fc.boolean(),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      fc.uniqueArray(fc.nat(2 ** 30), { maxLength: wrong }),
    )
    .map(([T, padded, cached, stream, places]) => {
      const draw: Draw = (min, max) => {
        const { value } = stream.next() as { value: number };
        const most = Math.max(min, Math.floor(max));
        return Math.min(most, Math.floor(min + value * (most - min + 1))); // the sum may be rounded up
      };
      const pattern = FAMILIES[family]!(T, draw);
      const padding = `padding(${draw(0, T / 3)}, ${draw(0, T / 4)})`;
      const expression = padded ? `(${pattern}) & !${padding}` : pattern;
      const fewest = placed ? 1 : Math.ceil(T / 2);
      const last = maskOf(read(expression), T, cached ? draw(fewest, T) : T);
      const { queries } = last;
      const mask = placed && draw(0, 1) ? { ...maskOf(read(expression), T), queries } : last;
      return {
        expression,
        mask,
        places: [...new Set(places.map((at) => at % (mask.queries * T)))],
      };
    });
}
