/**
 * @file What each layer of a parsed config keeps, as plain numbers: the basis of byte counts in a planner, a table
 * and a chart.
 *
 * Counted for one sequence; a batch of B takes B times as much, states included. In numbers, not bytes: bytes per
 * number are set elsewhere, and are often higher for states than for keys.
 */
import { rememberingOf } from '../core/remember';
import { FLOPS_PER_PAIR_AND_DIM } from '../attention/cost';
import { needOver } from '../attention/need';
import type { ConfigLayer, ConfigLayers, Rope } from './configLayer';
import type { StateSize } from './configState';

export interface LayerFacts {
  /** As layer_types names it. */
  readonly type: string;
  readonly kind: ConfigLayer['kind'];
  /** Most keys a late query reads, itself included; for chunks, tokens of one; undefined: all before it. */
  readonly window?: number;
  /** Query heads. */
  readonly heads: number;
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** MLA: one latent for all heads, keyDim wide, and valueDim rotated numbers. */
  readonly latent: boolean;
  /** Values are the keys before rotation; a cache keeps both. */
  readonly keyIsValue: boolean;
  readonly sinks: boolean;
  readonly rope?: Rope;
  /** The layer whose keys and values it reads, 0 the first; it keeps none of its own. */
  readonly sharedWith?: number;
  /** Numbers kept per token held; 0 if it keeps none. */
  readonly perToken: number;
  /** Numbers kept per token of the text, whatever the window, with which an indexer selects keys. */
  readonly perTokenOfText: number;
  /** In addition to its window: this many numbers per `tokens` tokens of the text. */
  readonly entries?: { readonly tokens: number; readonly numbers: number };
  /** Numbers kept per source token, throughout generation; 0 if no source is read. */
  readonly perTokenOfSource: number;
  /** Forward FLOPs, over all heads, for one query and one key it reads. */
  readonly flopsPerPair: number;
  readonly flopsPerPairOfSource: number;
  /** Numbers of the state, which does not grow; undefined if its size is unknown. */
  readonly state: StateSize | undefined;
  /** Who reads whom, for layers of any mask. */
  readonly layer: ConfigLayer;
}

const NO_STATE: StateSize = { convolution: 0, recurrence: 0 };

/** In layer order. An encoder reads everything at once: its layers keep nothing. */
export const layerFacts = rememberingOf((config: ConfigLayers): readonly LayerFacts[] =>
  config.layers.map((layer) => factsOf(layer, config)),
);

/** Layers that keep and read the same, and how many they are: curves need hundreds of lengths. */
export interface LayerSort {
  readonly facts: LayerFacts; // of the first of them
  readonly count: number;
}

export const layerSorts = rememberingOf((config: ConfigLayers): readonly LayerSort[] => {
  const sorts = new Map<string, { facts: LayerFacts; count: number }>();
  for (const facts of layerFacts(config)) {
    const { layer, rope: _, type: __, ...kept } = facts;
    // Two masks can differ although their numbers agree.
    const name = JSON.stringify(facts.kind === 'masked' ? [kept, layer.expression] : kept);
    const known = sorts.get(name);
    if (known) known.count++;
    else sorts.set(name, { facts, count: 1 });
  }
  return [...sorts.values()];
});

export function factsOf(
  layer: ConfigLayer,
  { causal, heads: asking }: Pick<ConfigLayers, 'causal' | 'heads'>,
): LayerFacts {
  const { type, kind, window, kvHeads, keyDim, valueDim, sharedWith, rope, compressed, cross } =
    layer;
  const keeps = causal && kind !== 'state' && kind !== 'none' && sharedWith === undefined;
  const heads = layer.heads ?? asking;
  const { key, value } = layer.compared ?? { key: keyDim, value: valueDim };
  const indexed = keeps ? (layer.indexDim ?? 0) : 0;
  return {
    type,
    kind,
    ...(window !== undefined && { window }),
    heads,
    kvHeads,
    keyDim,
    valueDim,
    latent: layer.latent === true,
    keyIsValue: layer.keyIsValue === true,
    sinks: layer.sinks === true,
    ...(rope !== undefined && { rope }),
    ...(sharedWith !== undefined && { sharedWith }),
    perToken: keeps ? kvHeads * (keyDim + valueDim) : 0,
    perTokenOfText: compressed === undefined ? indexed : 0,
    ...(keeps &&
      compressed !== undefined && {
        entries: { tokens: compressed, numbers: kvHeads * keyDim + indexed },
      }),
    perTokenOfSource: cross === undefined ? 0 : cross.kvHeads * (cross.keyDim + cross.valueDim),
    flopsPerPair: (FLOPS_PER_PAIR_AND_DIM / 2) * heads * (key + value),
    flopsPerPairOfSource:
      cross === undefined
        ? 0
        : (FLOPS_PER_PAIR_AND_DIM / 2) * (cross.heads ?? heads) * (cross.keyDim + cross.valueDim),
    state: causal && layer.state !== undefined ? layer.stateSize : NO_STATE,
    layer,
  };
}

/**
 * Tokens whose keys are held after T: T in a global layer, min(T, W) in one with a window or chunks, what later tokens
 * read in one of any other mask. `between`: as a cache keeps them from one step to the next, W - 1, since the step that
 * reads them adds its own.
 */
export function heldAt(facts: LayerFacts, T: number, between = false): number {
  if (facts.perToken === 0 || T === 0) return 0;
  if (facts.kind === 'masked') return needOver(facts.layer.expression, T).held[T - 1]!;
  return Math.min(T, (facts.window ?? Infinity) - (between ? 1 : 0));
}

/** Numbers of keys, values and index keys, after T tokens of one sequence; without states. */
export function numbersAt(facts: LayerFacts, T: number, between = false): number {
  const { perToken, perTokenOfText, entries } = facts;
  const whole = entries === undefined ? 0 : Math.floor(T / entries.tokens) * entries.numbers;
  return heldAt(facts, T, between) * perToken + T * perTokenOfText + whole;
}

/** Numbers of the state of one sequence; undefined if it is not known. */
export const stateNumbers = ({ state }: LayerFacts): number | undefined =>
  state && state.convolution + state.recurrence;
