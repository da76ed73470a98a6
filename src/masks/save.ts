/** @file A mask as files: NumPy's .npy, JSON of this page, SVG. */
import { check } from '../core/check';
import {
  anything,
  called,
  flag,
  list,
  object,
  only,
  optional,
  parseJson,
  part,
  readable,
  record,
  refine,
  text,
  whole,
  type Schema,
} from '../core/schema';
import { Place } from '../core/place';
import { MIN_TOKENS, MAX_LAYERS, type LayerDoc, type MaskDoc } from './doc';
import { write } from '../attention/expression';
import { read } from '../attention/parse';
import { cellsOf, MAX_TOKENS, type Mask } from '../attention/mask';
import { MAX_RECTANGLES, type Rectangle } from './paint';
import type { Runs } from '../attention/runs';

/** Maximum cells that are written one by one. */
const MAX_CELLS = 8192 * 8192;
/** Rectangles in an SVG: with more, programs struggle to open it. */
const MAX_SHAPES = 40_000;

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
    queries * keys <= MAX_CELLS,
    `the mask has ${queries} × ${keys} cells; a .npy of ${Math.sqrt(MAX_CELLS)} × ${Math.sqrt(MAX_CELLS)} is the largest, the code holds longer ones`,
  );
  const header = npyHeader('|b1', [queries, keys]);
  const bytes = new Uint8Array(header.length + queries * keys);
  bytes.set(header);
  bytes.set(cellsOf(mask), header.length);
  return bytes;
}

const FORMAT = 'zebra-lab-masks';

/** All layers, as JSON that this page can open again. */
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
 * The masks in a file of this page; undefined if the text is something else. Throws InputError for a broken file of
 * this page.
 */
export function readJson(json: string): MaskDoc | undefined {
  if (json.length > LONGEST || !json.slice(0, 200).includes(`"${FORMAT}"`)) return undefined;
  const value = parseJson(json, 'the file of masks is not complete JSON; copy it to its end');
  const place = new Place('the file of masks', undefined, '', 'the file');
  if (record(value, place)['format'] !== FORMAT) return undefined;
  const { T, queries = T, layers } = file(value, place);
  return {
    T,
    ...(queries !== T && { queries }),
    layers: called('layers', list(layer(queries, T), { each: (n) => `layer ${n}` }))(
      layers,
      place.field('layers'),
    ),
  };
}

const file = object(
  {
    version: only(
      1,
      (shown) => `the file of masks is of version ${shown}; this page reads version 1`,
    ),
    T: whole({ min: MIN_TOKENS, max: MAX_TOKENS }),
    queries: optional(whole({ min: 1, max: MAX_TOKENS })),
    layers: list(anything, { min: 1, max: MAX_LAYERS }),
  },
  'ignored',
);

const layer = (queries: number, T: number): Schema<LayerDoc> =>
  refine(
    object(
      {
        mask: part(
          'the mask',
          text({ longest: LONGEST, should: "text, such as 'causal & window(4)'" }),
        ),
        paint: part(
          'the paint',
          list(rectangle(queries, T), {
            max: MAX_RECTANGLES,
            each: (_, of) => `a rectangle of ${of}`,
          }),
        ),
      },
      'ignored',
    ),
    ({ mask, paint }) => ({ expression: read(mask), paint }),
  );

const corners = object(
  { query: whole(), key: whole(), toQuery: whole(), toKey: whole(), open: flag },
  'ignored',
);
const rectangle =
  (queries: number, T: number): Schema<Rectangle> =>
  (value, place) => {
    const found = readable(corners, record(value, place));
    const fits =
      found &&
      found.query < found.toQuery &&
      found.toQuery <= queries &&
      found.key < found.toKey &&
      found.toKey <= T;
    place.check(fits, `${place.what} does not lie in ${queries} × ${T} cells`);
    return found!;
  };

/** Rectangles that cover the mask: equal runs of successive rows are joined. Undefined if there are too many. */
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
    if (done.length > MAX_SHAPES) return undefined;
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

/** Cells as shapes, with `title`. Undefined if it would be too large. */
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
