/**
 * @file What a widget shows, as one JSON text that is saved with the notebook: documents of the workbench as terms, rows
 * and painted rectangles, never as cells. Each distinct mask is written once.
 */
import { write, type Expression } from '../attention/expression';
import { MAX_TOKENS } from '../attention/mask';
import { read } from '../attention/parse';
import { inFull } from '../attention/rowNames';
import { check } from '../core/check';
import { Place } from '../core/place';
import {
  called,
  flag,
  list,
  object,
  only,
  optional,
  parseJson,
  record,
  refine,
  text,
  whole,
  type TypeOf,
} from '../core/schema';
import {
  layerOf,
  MAX_LAYERS,
  MIN_TOKENS,
  queriesOf,
  type LayerDoc,
  type MaskDoc,
} from '../masks/doc';
import { readRectangles, writeRectangles } from '../masks/paint';
import type { More } from '../masks/questions';
import { readStack, writeStack } from '../masks/stackText';

/** One mask, or one stack, with what is known about it. */
export interface ShownDoc {
  /** Which array, plane or step it is, in words; empty if there is only one. */
  readonly of: string;
  readonly doc: MaskDoc;
  /** What it is, in a sentence or two. */
  readonly says: string;
  readonly more?: More;
  /** The masks it is compared with, as the workbench writes them: one, or one per layer. */
  readonly meant?: string;
  /** Whether these are of a whole text of which the document shows the last tokens. */
  readonly step?: boolean;
  /** What the user must decide before findings mean anything: a clause. */
  readonly unsettled?: string;
  /** The config.json whose layers these are. */
  readonly config?: string;
  /** Of a capture: the texts of all tokens, and the kind of each layer as the config names it. */
  readonly tokens?: readonly string[];
  readonly kinds?: readonly string[];
}

/** Characters of a state: a notebook with a few of them still opens quickly. */
const MAX_STATE = 2 ** 20;
const MAX_DOCS = 256;

export function writeState(docs: readonly ShownDoc[]): string {
  const masks: { readonly mask: string; readonly paint: string }[] = [];
  const places = new Map<string, number>();
  const placeOf = ({ expression, paint }: LayerDoc): number => {
    const one = { mask: write(expression), paint: writeRectangles(paint) };
    const words = JSON.stringify(one);
    const known = places.get(words) ?? masks.push(one) - 1;
    places.set(words, known);
    return known;
  };
  // Rows go by names that only this engine knows, so they are written in full.
  const ofText = (stack: string) =>
    readStack(inFull(stack)).map((expression) => placeOf(layerOf(expression)));
  // Steps of decoding have the tokens of those before: each text is written once, as long as it gets.
  const texts: (readonly string[])[] = [];
  const textOf = (tokens: readonly string[]): number => {
    const begins = (one: readonly string[], other: readonly string[]) =>
      one.every((token, i) => token === other[i]);
    const known = texts.findIndex((one) =>
      one.length >= tokens.length ? begins(tokens, one) : begins(one, tokens),
    );
    if (known < 0) return texts.push(tokens) - 1;
    if (texts[known]!.length < tokens.length) texts[known] = tokens;
    return known;
  };
  const written = docs.map(({ doc: { T, queries, layers }, meant, tokens, ...rest }) => ({
    ...rest,
    ...(tokens && { text: textOf(tokens) }),
    T,
    ...(queries !== undefined && { queries }),
    layers: layers.map(placeOf),
    ...(meant !== undefined && { meant: ofText(meant) }),
  }));
  const state = JSON.stringify({
    version: 1,
    masks,
    docs: written,
    ...(texts.length > 0 && { texts }),
  });
  check(
    state.length <= MAX_STATE,
    `what is to be shown takes ${state.length} characters; a notebook keeps up to ${MAX_STATE} of one widget. ` +
      'Show fewer layers, steps or texts at once, or a shorter part of the mask',
  );
  return state;
}

const long = text({ longest: MAX_STATE, empty: true, should: 'text' });

const file = object(
  {
    version: only(
      1,
      (shown) => `it is of version ${shown}, and this widget reads version 1; update zebra-lab`,
    ),
    masks: list(object({ mask: long, paint: long }, 'ignored'), { min: 1 }),
    docs: list(
      object(
        {
          of: long,
          says: long,
          T: whole({ min: MIN_TOKENS, max: MAX_TOKENS }),
          queries: optional(whole({ min: 1, max: MAX_TOKENS })),
          layers: list(whole(), { min: 1, max: MAX_LAYERS }),
          more: optional(refine(record, (one) => withInfinity(one as More))),
          meant: optional(list(whole(), { max: MAX_LAYERS })),
          step: optional(flag),
          unsettled: optional(long),
          config: optional(long),
          text: optional(whole()),
          kinds: optional(list(long, { max: MAX_LAYERS })),
        },
        'ignored',
      ),
      { min: 1, max: MAX_DOCS },
    ),
    texts: optional(list(list(long, { max: MAX_TOKENS }), { max: MAX_DOCS })),
  },
  'ignored',
);

/** JSON writes -Infinity as null; no other number of a fill is. */
function withInfinity({ fill, ...more }: More): More {
  const read = (value: number | null) => value ?? -Infinity;
  if (!fill) return more;
  const { value, all } = fill;
  return {
    ...more,
    fill: {
      ...fill,
      value: read(value),
      ...(all && { all: all.map((one) => ({ ...one, value: read(one.value) })) }),
    },
  };
}

/** Throws InputError, a sentence, for a text that was cut or changed. */
export function readState(json: string): readonly ShownDoc[] {
  const value = parseJson(json, 'what the widget shows was not saved whole; run the cell again');
  const place = new Place('what the widget shows', undefined, '', 'it');
  const { masks, docs, texts = [] } = called('what the widget shows', file)(value, place);
  return docs.map(({ text: at, ...doc }) => {
    const tokens = at === undefined ? undefined : texts[at];
    return { ...docIn(doc, masks), ...(tokens && { tokens: tokens.slice(0, doc.T) }) };
  });
}

function docIn(
  { T, queries, layers, meant, ...rest }: Omit<TypeOf<typeof file>['docs'][number], 'text'>,
  masks: TypeOf<typeof file>['masks'],
): ShownDoc {
  const size = { keys: T, queries: queriesOf({ T, ...(queries && { queries }) }) };
  const known = new Map<number, LayerDoc>();
  const layerAt = (at: number): LayerDoc => {
    const written = masks[at];
    check(written, `what the widget shows names mask ${at} of ${masks.length}; run the cell again`);
    const layer = known.get(at) ?? {
      expression: read(written.mask),
      paint: readRectangles(written.paint, size).rectangles,
    };
    known.set(at, layer);
    return layer;
  };
  const expressionAt = (at: number): Expression => layerAt(at).expression;
  return {
    ...rest,
    doc: { T, ...(queries !== undefined && { queries }), layers: layers.map(layerAt) },
    ...(meant && { meant: writeStack(meant.map(expressionAt)) }),
  };
}
