/**
 * @file What a rule for reading configs declares: what the config of a model type may say beyond its class's defaults.
 * Each rule is one file in ./configs.
 *
 * A layer is named as in Hugging Face's layer_types. Here a window counts all keys a late query reads, itself
 * included; each family states in `convention` how it counts.
 */
import { check } from '../core/check';
import { MAX_LAYERS } from './doc';
import { and, not, term, type Expression } from '../attention/expression';
import type { Bounds } from '../core/fields';
import type { ConfigLayer, Reach } from './configLayer';
import type { Fields } from './fields';
import type { Part } from './part';
import { MAX_TOKENS } from '../attention/mask';

/** The input of a rule. */
export interface Asked {
  /** The file's fields, over the class's defaults. */
  readonly fields: Fields;
  /** Only the fields in the file. */
  readonly own: Fields;
  readonly layers: number;
  /** For an encoder and a decoder, the part being read. */
  readonly part?: Part;
}

export interface Rule {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** Model types it applies to: that of the text config. */
  readonly modelTypes: readonly string[];
  /** Fields unique to this family, whatever model_type says. */
  readonly marks?: readonly string[];
  /** Supported without an entry in the table. */
  readonly alone?: true;
  readonly source: string;
  /** Renames or rewrites fields before anything is read. */
  readonly before?: (own: Fields) => Readonly<Record<string, unknown>>;
  /** Kinds of the layers if the file has no layer_types; undefined: as the class assigns them. */
  readonly types?: (asked: Asked) => readonly string[] | undefined;
  /** The number of tokens in a window as the class counts them, given the field. */
  readonly window?: (asked: Asked) => number | undefined;
  /** Names in layer_types that only this family has. */
  readonly names?: (asked: Asked) => readonly string[];
  /** What a layer of a type reads, if it is neither a causal window nor everything before. */
  readonly reach?: (asked: Asked, type: string, at: number) => Reach | undefined;
  /** The properties in which one layer differs. */
  readonly layer?: (
    asked: Asked,
    layer: ConfigLayer,
    at: number,
    types: readonly string[],
  ) => Partial<ConfigLayer>;
  /** Of a pair: why the encoder's mask is not drawn. */
  readonly refusesEncoder?: (asked: Asked) => string | undefined;
  /** For a pair: does its decoder read the source through separate cross-attention? Defaults to true. */
  readonly crosses?: boolean;
  /** The layers in order of execution, if some run more than once. */
  readonly unroll?: (asked: Asked, built: readonly ConfigLayer[]) => readonly ConfigLayer[];
  readonly causal?: (asked: Asked) => boolean;
  readonly convention?: (asked: Asked) => string | undefined;
  readonly notes?: (asked: Asked) => readonly string[];
}

export const defineRule = (rule: Rule): Rule => rule;

export const LAYERS: Bounds = { min: 1, max: MAX_LAYERS };
export const TOKENS_IN_WINDOW: Bounds = { min: 1, max: 2 ** 30 };
export const HEADS: Bounds = { min: 1, max: 4096 };
export const HIDDEN: Bounds = { min: 1, max: 2 ** 20 };

// A window wider than any sequence here lets everything through; terms are capped at that width.
const bounded = (tokens: number) => Math.min(tokens, MAX_TOKENS);

export const GLOBAL: Reach = { kind: 'global', expression: term('causal') };

/** Every token reads every token: no term is switched on. */
export const EVERYTHING: Reach = {
  kind: 'global',
  expression: { kind: 'term', term: 'causal', numbers: [], off: true },
};

export const local = (window: number): Reach => ({
  kind: 'local',
  window,
  expression: and(term('causal'), term('window', bounded(window))),
});

/** `side` tokens before, the query, and `side` after it. */
export const bothSides = (side: number): Reach => ({
  kind: 'local',
  window: 2 * side + 1,
  expression: and(term('window', bounded(side + 1)), not(term('ahead', bounded(side + 1)))),
});

export const chunked = (size: number): Reach => ({
  kind: 'chunked',
  window: size,
  expression: and(term('causal'), term('chunk', bounded(size))),
});

/** A layer that reads whatever its mask allows. */
export const masked = (expression: Expression): Reach => ({ kind: 'masked', expression });

/** A state carries everything before; no keys are read. */
export const STATE: Reach = { kind: 'state', expression: term('causal') };

export const LOCAL_TYPE = 'sliding_attention';
export const GLOBAL_TYPE = 'full_attention';
export const CHUNKED_TYPE = 'chunked_attention';
export const LINEAR_TYPE = 'linear_attention';

/** How most families count their window. */
export const COUNTS_ITSELF =
  'sliding_window counts the query itself, as Hugging Face does: a window of W is the token itself and W − 1 before it; taken as it is';

/**
 * The last `shared` layers read the keys and values of the last earlier layer of their type that keeps its own, and
 * keep none.
 */
export function sharedBy(
  { fields, layers }: Asked,
  at: number,
  types: readonly string[],
): Partial<ConfigLayer> {
  const shared = fields.whole('num_kv_shared_layers', { min: 0, max: layers }, 0);
  const own = layers - shared;
  if (at < own) return {};
  const from = types.slice(0, own).lastIndexOf(types[at]!);
  check(
    from >= 0,
    `num_kv_shared_layers is ${shared} of ${layers}, and none of the first ${own} is ${types[at]}, whose keys layer ${at + 1} should read`,
  );
  return { sharedWith: from };
}

/** `type` in every layer except each nth, the last or first of its group, which is `other`. */
export const everyNth = (
  layers: number,
  n: number,
  type: string,
  other: string,
  place: 'first' | 'last' = 'last',
): readonly string[] =>
  Array.from({ length: layers }, (_, i) =>
    i % n === (place === 'last' ? n - 1 : 0) ? other : type,
  );
