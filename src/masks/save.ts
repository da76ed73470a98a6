/** @file A mask as files: NumPy's .npy, JSON of this page, SVG. */
import { check, InputError } from '../core/check';
import { FEWEST_TOKENS, MOST_LAYERS, type LayerDoc, type MaskDoc } from './doc';
import { read, write } from '../attention/expression';
import { cellsOf, MOST_TOKENS, type Mask } from '../attention/mask';
import { MOST_RECTANGLES, type Rectangle } from './paint';
import type { Runs } from '../attention/runs';

/** Maximum cells that are written one by one. */
const MOST_CELLS = 8192 * 8192;
/** Rectangles in an SVG: with more, programs struggle to open it. */
const MOST_SHAPES = 40_000;

/** The header of a .npy, version 1.0, C order; the numbers begin at a multiple of 64. */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length);
  bytes.set([
    0x93,
    ...[...'NUMPY'].map((letter) => letter.charCodeAt(0)),
    1,
    0,
    length & 255,
    length >> 8,
  ]);
  const header = `${dict.padEnd(length - 1)}\n`;
  for (let i = 0; i < length; i++) bytes[10 + i] = header.charCodeAt(i);
  return bytes;
}

/** NumPy version 1.0: bool, C order, [queries, keys], True where a key may be read. */
export function npyOf(mask: Mask): Uint8Array<ArrayBuffer> {
  const { queries, keys } = mask;
  check(
    queries * keys <= MOST_CELLS,
    `the mask has ${queries} × ${keys} cells; a .npy of ${Math.sqrt(MOST_CELLS)} × ${Math.sqrt(MOST_CELLS)} is the largest, the code holds longer ones`,
  );
  const header = npyHeader('|b1', [queries, keys]);
  const bytes = new Uint8Array(header.length + queries * keys);
  bytes.set(header);
  bytes.set(cellsOf(mask), header.length);
  return bytes;
}

const FORMAT = 'zebra-lab-masks';

/** All layers, as this page opens them again. */
export const jsonOf = ({ T, queries, layers }: MaskDoc): string =>
  JSON.stringify(
    {
      format: FORMAT,
      version: 1,
      convention: 'rows are queries; window(W) counts the query itself',
      T,
      ...(queries !== undefined && { queries }),
      layers: layers.map(({ expression, paint }: LayerDoc) => ({ mask: write(expression), paint })),
    },
    undefined,
    1,
  );

/** Maximum characters of a file of this page. */
const LONGEST = 8 * 2 ** 20;

/**
 * The masks in a file of this page; undefined where the text is something else. Throws InputError for a broken file of
 * this page.
 */
export function readJson(text: string): MaskDoc | undefined {
  if (text.length > LONGEST || !text.slice(0, 200).includes(`"${FORMAT}"`)) return undefined;
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new InputError('the file of masks is not complete JSON; copy it to its end');
  }
  const own = fields(file, 'the file of masks');
  if (own['format'] !== FORMAT) return undefined;
  check(
    own['version'] === 1,
    `the file of masks is of version ${shown(own['version'])}; this page reads version 1`,
  );
  const { T, queries = T, layers } = own;
  check(
    Number.isSafeInteger(T) && (T as number) >= FEWEST_TOKENS && (T as number) <= MOST_TOKENS,
    `T of the file is ${shown(T)}; it should be a whole number from ${FEWEST_TOKENS} to ${MOST_TOKENS}`,
  );
  check(
    Number.isSafeInteger(queries) && (queries as number) >= 1 && (queries as number) <= MOST_TOKENS,
    `queries of the file is ${shown(queries)}; it should be a whole number from 1 to ${MOST_TOKENS}`,
  );
  check(
    Array.isArray(layers) && layers.length >= 1 && layers.length <= MOST_LAYERS,
    `the file of masks should have 1 to ${MOST_LAYERS} layers`,
  );
  return {
    T: T as number,
    ...(queries !== T && { queries: queries as number }),
    layers: layers.map((value: unknown, i): LayerDoc => {
      const { mask, paint } = fields(value, `layer ${i + 1}`);
      check(
        typeof mask === 'string',
        `the mask of layer ${i + 1} should be text, such as 'causal & window(4)'`,
      );
      check(
        Array.isArray(paint) && paint.length <= MOST_RECTANGLES,
        `the paint of layer ${i + 1} should be a list of ${MOST_RECTANGLES} rectangles at most`,
      );
      return {
        expression: read(mask),
        paint: paint.map((one: unknown) => rectangleOf(one, i, queries as number, T as number)),
      };
    }),
  };
}

function rectangleOf(value: unknown, layer: number, queries: number, T: number): Rectangle {
  const { query, key, toQuery, toKey, open } = fields(value, `a rectangle of layer ${layer + 1}`);
  const inside = (from: unknown, to: unknown, most: number) =>
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    (from as number) >= 0 &&
    (to as number) > (from as number) &&
    (to as number) <= most;
  check(
    inside(query, toQuery, queries) && inside(key, toKey, T) && typeof open === 'boolean',
    `a rectangle of layer ${layer + 1} does not lie in ${queries} × ${T} cells`,
  );
  return { query, key, toQuery, toKey, open } as Rectangle;
}

/** A foreign value in a message, short; String() would run its own toString. */
const shown = (value: unknown) => (JSON.stringify(value) ?? 'missing').slice(0, 12);

function fields(value: unknown, what: string): Record<string, unknown> {
  check(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${what} should be an object`,
  );
  return value as Record<string, unknown>;
}

/** Rectangles that cover the mask: equal runs of successive rows are joined. Undefined where there are too many. */
export function shapesOf(mask: Mask): readonly Shape[] | undefined {
  const done: Shape[] = [];
  let growing = new Map<string, { key: number; toKey: number; query: number }>();
  for (let q = 0; q <= mask.queries; q++) {
    const row: Runs = q < mask.queries ? mask.row(q) : [];
    const next: typeof growing = new Map();
    for (let r = 0; r < row.length; r += 2) {
      const name = `${row[r]} ${row[r + 1]}`;
      next.set(name, growing.get(name) ?? { key: row[r]!, toKey: row[r + 1]!, query: q });
    }
    for (const [name, { key, toKey, query }] of growing)
      if (!next.has(name)) done.push({ query, key, queries: q - query, keys: toKey - key });
    if (done.length > MOST_SHAPES) return undefined;
    growing = next;
  }
  return done;
}

export interface Shape {
  readonly query: number;
  readonly key: number;
  readonly queries: number;
  readonly keys: number;
}

/** Cells as shapes, with `title`. Undefined where it would be too large. */
export function svgOf(mask: Mask, title: string): string | undefined {
  const shapes = shapesOf(mask);
  if (!shapes) return undefined;
  const { queries, keys } = mask;
  const path = shapes
    .map(
      ({ query, key, queries: high, keys: wide }) => `M${key} ${query}h${wide}v${high}h-${wide}z`,
    )
    .join('');
  const safe = title.replaceAll(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${keys} ${queries}" width="${Math.min(1024, 16 * keys)}" shape-rendering="crispEdges"><title>${safe}</title><rect width="${keys}" height="${queries}" fill="#f2f0ea"/><path d="${path}" fill="#141413"/></svg>\n`;
}
