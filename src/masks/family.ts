/**
 * @file What a family of models has to say of its config.json; each is one file in ./configs.
 *
 * A layer is named as Hugging Face's layer_types names it. Here a window counts all keys a late query reads, itself
 * included; how the family counts is its own to say, in `convention`.
 */
import { check } from '../core/check';
import { MOST_LAYERS } from './doc';
import { and, not, term, type Expression } from '../attention/expression';
import type { Bounds } from '../core/fields';
import type { Fields } from './fields';
import { MOST_TOKENS } from '../attention/mask';

export interface ConfigLayer {
  readonly kind: 'global' | 'local' | 'chunked' | 'masked';
  /** Keys a late query reads, the query itself included; of a chunked layer: tokens per chunk. */
  readonly window?: number;
  readonly expression: Expression;
}

/** What a family's own fields say. */
export interface Reading {
  readonly layers: readonly ConfigLayer[];
  /** One sentence: how this family counts its window, and how it was translated. */
  readonly convention: string;
  readonly notes: readonly string[];
  /** An encoder reads to both sides; a decoder, where nothing is said. */
  readonly causal?: boolean;
}

export interface Family {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** What model_type says in its files. */
  readonly modelTypes: readonly string[];
  /** Fields that only this family has, whatever model_type says. */
  readonly marks?: readonly string[];
  /** What the family's files leave out. */
  readonly defaults?: Readonly<Record<string, number>>;
  readonly source: string;
  read(fields: Fields, layers: number): Reading;
}

export const defineFamily = (family: Family): Family => family;

export const LAYERS: Bounds = { min: 1, max: MOST_LAYERS };
export const TOKENS_IN_WINDOW: Bounds = { min: 1, max: 2 ** 30 };
const EVERY: Bounds = { min: 1, max: MOST_LAYERS };

// A window wider than any sequence here lets all of it through; terms are not written wider.
const bounded = (tokens: number) => Math.min(tokens, MOST_TOKENS);

export const GLOBAL: ConfigLayer = { kind: 'global', expression: term('causal') };

/** Everybody reads everybody: nothing is switched on. */
export const EVERYTHING: ConfigLayer = {
  kind: 'global',
  expression: { kind: 'term', term: 'causal', numbers: [], off: true },
};

export const local = (window: number): ConfigLayer => ({
  kind: 'local',
  window,
  expression: and(term('causal'), term('window', bounded(window))),
});

/** `side` tokens before, the query, and `side` after it. */
export const bothSides = (side: number): ConfigLayer => ({
  kind: 'local',
  window: 2 * side + 1,
  expression: and(term('window', bounded(side + 1)), not(term('ahead', bounded(side + 1)))),
});

export const chunked = (size: number): ConfigLayer => ({
  kind: 'chunked',
  window: size,
  expression: and(term('causal'), term('chunk', bounded(size))),
});

/** Whatever its mask says. */
export const masked = (expression: Expression): ConfigLayer => ({ kind: 'masked', expression });

/** `of` in each layer but every nth, which is `global`: the last of its group, or the first. */
export const everyNth = (
  layers: number,
  n: number,
  of: ConfigLayer,
  place: 'first' | 'last' = 'last',
  global = GLOBAL,
): readonly ConfigLayer[] =>
  Array.from({ length: layers }, (_, i) =>
    i % n === (place === 'last' ? n - 1 : 0) ? global : of,
  );

export const LOCAL_TYPE = 'sliding_attention';
export const GLOBAL_TYPE = 'full_attention';
export const CHUNKED_TYPE = 'chunked_attention';

/**
 * The layers layer_types names; undefined where the file does not have it. A kind the file gives no size for is
 * missing in `kinds`.
 */
export function byLayerTypes(
  fields: Fields,
  layers: number,
  kinds: Readonly<Record<string, ConfigLayer | undefined>>,
): readonly ConfigLayer[] | undefined {
  const types = fields.perLayer('layer_types', layers, Object.keys(kinds));
  return types?.map((type, i) => {
    const layer = kinds[type];
    check(
      layer,
      `layer_types says ${type} of layer ${i + 1}, and the file gives it no size; it should have ${type === CHUNKED_TYPE ? 'attention_chunk_size' : 'sliding_window'}`,
    );
    return layer;
  });
}

/** Hugging Face's sliding_window in the layers that layer_types, or a group of n with its last one global, names. */
export function slidingLayers(
  fields: Fields,
  layers: number,
  every: { readonly field?: string; readonly otherwise: number },
): { readonly layers: readonly ConfigLayer[]; readonly notes: readonly string[] } {
  const window = fields.has('sliding_window')
    ? fields.whole('sliding_window', TOKENS_IN_WINDOW)
    : undefined;
  const given = every.field !== undefined && fields.has(every.field);
  const n = given ? fields.whole(every.field!, EVERY) : every.otherwise;
  const sliding = window === undefined ? undefined : local(window);
  const named = byLayerTypes(fields, layers, {
    [GLOBAL_TYPE]: GLOBAL,
    [LOCAL_TYPE]: sliding,
  });
  if (!named)
    check(
      sliding !== undefined,
      'sliding_window is missing; it should be a whole number of tokens, as some layers have a window',
    );
  const grouped = sliding && everyNth(layers, n, sliding);
  if (named && given && grouped)
    check(
      named.every(({ kind }, i) => kind === grouped[i]!.kind),
      `layer_types and ${every.field} ${n} name different layers global; they should say the same`,
    );
  return {
    layers: named ?? grouped!,
    notes:
      named || given
        ? []
        : [
            `the file names no layers; of every ${n} the last is global, as this family's code does`,
          ],
  };
}

/** What most families say of their window. */
export const COUNTS_ITSELF =
  'sliding_window counts the query itself, as Hugging Face does: W = 4 is itself + 3 before; taken as it is';
