/**
 * @file The workbench's document: masks of some layers over T tokens, as terms and painted cells; written to a URL and
 * read back.
 *
 * `T=32&layer=causal&layer=3*causal%20%26%20window(4)&paint=1:3.0.5.2`: layers in order, repeated ones once with
 * their number.
 */
import { fitting } from '../attention/rowNames';
import { InputError } from '../core/check';
import { and, maskOf, term, write, type Expression } from '../attention/expression';
import { read } from '../attention/parse';
import { MAX_TOKENS, type Mask } from '../attention/mask';
import { painted, readRectangles, sayLeftOut, writeRectangles, type Rectangle } from './paint';

export interface LayerDoc {
  readonly expression: Expression;
  readonly paint: readonly Rectangle[];
}

export interface MaskDoc {
  readonly T: number; // keys
  /** Number of rows, if it differs from that of keys: the last tokens of a text, or those of another sequence. */
  readonly queries?: number;
  readonly layers: readonly LayerDoc[]; // one or more
}

export const MIN_TOKENS = 2;
export const MAX_LAYERS = 128;
/** Maximum characters read of a URL: enough for a layer with the maximum number of rectangles. */
export const LONGEST_ADDRESS = 48_000;

export const layerOf = (expression: Expression): LayerDoc => ({ expression, paint: [] });

/** The first mask shown: a window of 4. */
export const FIRST_DOC: MaskDoc = {
  T: 32,
  layers: [layerOf(and(term('causal'), term('window', 4)))],
};

export const queriesOf = ({ T, queries = T }: Pick<MaskDoc, 'T' | 'queries'>): number => queries;

export const maskOfLayer = (layer: LayerDoc, T: number, queries = T): Mask =>
  painted(maskOf(layer.expression, T, queries), layer.paint);

/** Consecutive layers that are the same, with their number. */
export function stretchesOf(
  layers: readonly LayerDoc[],
): readonly { readonly layer: LayerDoc; readonly count: number }[] {
  const stretches: { layer: LayerDoc; text: string; count: number }[] = [];
  for (const layer of layers) {
    const text = `${write(layer.expression)} ${writeRectangles(layer.paint)}`;
    const last = stretches.at(-1);
    if (last?.text === text) last.count++;
    else stretches.push({ layer, text, count: 1 });
  }
  return stretches;
}

export function toAddress({ T, queries = T, layers }: MaskDoc): string {
  const pairs = [`T=${T}`, ...(queries === T ? [] : [`queries=${queries}`])];
  const stretches = stretchesOf(layers);
  stretches.forEach(({ layer, count }, i) => {
    const text = write(layer.expression);
    pairs.push(`layer=${encodeURIComponent(count > 1 ? `${count}*${text}` : text)}`);
    if (layer.paint.length > 0) pairs.push(`paint=${i}:${writeRectangles(layer.paint)}`);
  });
  return fitting(pairs.join('&'));
}

export interface ReadDoc {
  readonly doc: MaskDoc;
  /** What was adjusted, as sentences without a full stop. */
  readonly notes: readonly string[];
  readonly rest: ReadonlyMap<string, string>;
}

/** Whatever the URL says, the result can be shown. */
export function fromAddress(query: string): ReadDoc {
  const notes: string[] = [];
  if (query.length > LONGEST_ADDRESS)
    notes.push(`the address is longer than ${LONGEST_ADDRESS} characters; the rest was not read`);
  const pairs = cutToWhole(query)
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, text] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [name, decoded(text)] as const;
    });
  const given = (wanted: string) => pairs.find(([name]) => name === wanted)?.[1];
  const T = tokensOf(given('T'), notes);
  const queries = queriesIn(given('queries'), T, notes);
  const stretches: { expression: Expression; count: number; paint: readonly Rectangle[] }[] = [];
  for (const [name, text] of pairs) {
    if (name !== 'layer') continue;
    const [, times, words] = /^(?:(\d{1,3})\*)?(.*)$/s.exec(text)!;
    try {
      const count = Math.max(1, Number(times ?? 1));
      stretches.push({ expression: read(words!), count, paint: [] });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(`${error.message}; the layer was left out`);
    }
  }
  const painting = new Map<(typeof stretches)[number], string[]>();
  for (const [name, text] of pairs) {
    if (name !== 'paint') continue;
    const [, place, cells] = /^(\d{1,3}):(.*)$/s.exec(text) ?? [];
    const stretch = stretches[Number(place)];
    if (stretch)
      painting.set(stretch, [...(painting.get(stretch) ?? []), ...(cells ? [cells] : [])]);
    else
      notes.push(
        `'paint=${text.slice(0, 12)}' names no layer of this address; what it paints was left out`,
      );
  }
  for (const [stretch, cells] of painting) {
    const found = readRectangles(cells.join('-'), { queries, keys: T });
    stretch.paint = found.rectangles;
    notes.push(...sayLeftOut(found));
  }
  const layers = stretches.flatMap(({ expression, count, paint }) =>
    Array.from({ length: count }, (): LayerDoc => ({ expression, paint })),
  );
  if (layers.length > MAX_LAYERS)
    notes.push(`there are ${layers.length} layers; the first ${MAX_LAYERS} are shown`);
  return {
    doc: {
      T,
      ...(queries !== T && { queries }),
      layers: layers.length > 0 ? layers.slice(0, MAX_LAYERS) : FIRST_DOC.layers,
    },
    notes,
    rest: new Map(
      pairs.filter(([name]) => !['T', 'queries', 'layer', 'paint', 'v'].includes(name)),
    ),
  };
}

/**
 * The beginning of a URL that is too long, cut after a whole pair or rectangle, because half a number is a different
 * number.
 */
function cutToWhole(query: string): string {
  if (query.length <= LONGEST_ADDRESS) return query;
  const cut = query.slice(0, LONGEST_ADDRESS + 1);
  const pair = cut.lastIndexOf('&');
  const end = cut.startsWith('paint=', pair + 1) ? Math.max(pair, cut.lastIndexOf('-')) : pair;
  return cut.slice(0, Math.max(0, end));
}

function tokensOf(text: string | undefined, notes: string[]): number {
  if (text === undefined) return FIRST_DOC.T;
  const T = Number(text);
  if (/^\d{1,6}$/.test(text) && T >= MIN_TOKENS && T <= MAX_TOKENS) return T;
  const whole = /^\d{1,6}$/.test(text)
    ? Math.min(MAX_TOKENS, Math.max(MIN_TOKENS, T))
    : FIRST_DOC.T;
  notes.push(
    `T is '${text.slice(0, 12)}'; it should be a whole number from ${MIN_TOKENS} to ${MAX_TOKENS}, ${whole} was taken`,
  );
  return whole;
}

/** Rows of a mask; as many as keys if the URL gives no valid number. */
function queriesIn(text: string | undefined, T: number, notes: string[]): number {
  if (text === undefined) return T;
  const queries = Number(text);
  if (/^\d{1,6}$/.test(text) && queries >= 1 && queries <= MAX_TOKENS) return queries;
  notes.push(
    `queries is '${text.slice(0, 12)}'; it should be a whole number from 1 to ${MAX_TOKENS}, ${T} was taken`,
  );
  return T;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
