/**
 * @file What one layer of a released model reads and keeps, and what a stack of them costs at any length, by closed forms.
 *
 * Layers of one model differ: in what they read, in heads and widths, in whether they keep keys at all.
 */
import { visiblePairs } from '../attention/cost';
import { write, type Expression } from '../attention/expression';
import type { StateSize } from './configState';
import type { Images } from './imageBlocks';
import { layerFacts, numbersAt, stateNumbers } from './layerFacts';
import type { Part } from './part';

/** Who reads whom, and how much of it a cache holds. */
export interface Reach {
  /**
   * `state`: no keys are kept, what was read is in a state of one size. `none`: no attention, only a feed-forward.
   * `masked`: whatever its expression says.
   */
  readonly kind: 'global' | 'local' | 'chunked' | 'masked' | 'state' | 'none';
  /** Keys a late query reads, the query itself included; of a chunked layer: tokens per chunk. */
  readonly window?: number;
  /** What the output depends on; of a layer that picks by the data: what it picks from. */
  readonly expression: Expression;
}

export interface ConfigLayer extends Reach {
  /** As layer_types names it. */
  readonly type: string;
  /** What is kept for each token it can still read: this many heads, of a key and a value of so many numbers. */
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Heads that ask, where a layer has others than the model. */
  readonly heads?: number;
  /** MLA: numbers of a head that queries and keys are compared by, and that are read. */
  readonly compared?: { readonly key: number; readonly value: number };
  /** MLA: what is kept is one latent for all heads and the rotated part of the keys. */
  readonly latent?: true;
  /** Values are the keys before rotation; both are kept. */
  readonly keyIsValue?: true;
  /** Reads keys and values of this layer (0 is the first) and keeps none. */
  readonly sharedWith?: number;
  /** Reads at most so many of the keys the mask lets through, and which depends on the data. */
  readonly picks?: { readonly most?: number; readonly by: string };
  /** Numbers kept for each token besides keys and values: those an indexer picks by. */
  readonly indexDim?: number;
  /** One entry, key and value at once, for so many tokens, beside the window. */
  readonly compressed?: number;
  /** A state of one size is kept beside the keys, or instead of them. */
  readonly state?: 'linear' | 'convolution';
  /** Numbers of that state; undefined where the file does not say. */
  readonly stateSize?: StateSize | undefined;
  readonly rope?: Rope;
  /** Of a decoder that also reads a source: what is kept of each of its tokens, once, as long as it writes. */
  readonly cross?: {
    readonly heads?: number;
    readonly kvHeads: number;
    readonly keyDim: number;
    readonly valueDim: number;
  };
  /** What tokens of images read besides the mask, which is that of text. */
  readonly images?: Images;
  /** Each head has a learned sink in its softmax; it is no token. */
  readonly sinks?: true;
}

/** Which share of a head is turned by position, from which base, and how it is stretched; `none`: nothing is. */
export type Rope =
  | 'none'
  | {
      readonly base?: number;
      readonly share?: number;
      /** Beyond the lengths a model was first trained on, by a method and so many times. */
      readonly stretched?: { readonly by: string; readonly factor?: number };
    };

export interface ConfigLayers {
  /** The model type, as it is known here. */
  readonly family: string;
  readonly label: string;
  /** What the file calls its model. */
  readonly name?: string;
  readonly layers: readonly ConfigLayer[];
  readonly convention: string;
  /** A decoder; an encoder reads to both sides and keeps no cache. */
  readonly causal: boolean;
  readonly heads: number; // H
  /** Of the first layer that keeps keys; layers may differ, and say so themselves. */
  readonly kvHeads: number;
  readonly headDim: number; // d
  readonly hidden: number; // D, hidden_size
  readonly vocabulary?: number;
  /** Tokens of a text it was made for, as its file says; of an encoder and a decoder, those of the part that is read. */
  readonly made?: number;
  /** Of an encoder and a decoder: the one that is read, the others that can be, and why one cannot. */
  readonly part?: Part;
  readonly parts?: readonly { readonly part: Part; readonly refused?: string }[];
  /** Of a decoder that reads a source: how long that is taken to be, and why. */
  readonly source?: { readonly tokens: number; readonly because: string };
  /** Why it may be read wrongly: a model type nobody here knows yet. */
  readonly doubt?: string;
  readonly notes: readonly string[];
  /** A window that the file gives and no layer has; `switched`: because use_sliding_window is off. */
  readonly unused?: { readonly window: number; readonly switched: boolean };
  /** What the file leaves out, and the default of its class that was taken. */
  readonly defaults: readonly string[];
}

/** Pairs (query, key) of one layer over T tokens, per head and sequence; what a layer picks from counts whole. */
export function pairsAt(layer: Reach, causal: boolean, T: number): number {
  const { kind, window = T } = layer;
  if (kind === 'state' || kind === 'none') return 0;
  if (!causal) {
    if (T === 0) return 0;
    // Query and key at most `side` apart: T on the diagonal, T - 1, T - 2, … beside it; of an even window one more after.
    const beside = (side: number) => side * T - (side * (side + 1)) / 2;
    const most = kind === 'local' ? window - 1 : 2 * (T - 1);
    const [before, after] = [Math.floor(most / 2), Math.ceil(most / 2)];
    return T + beside(Math.min(before, T - 1)) + beside(Math.min(after, T - 1));
  }
  switch (kind) {
    case 'global':
      return visiblePairs({ pattern: 'global', params: {} }, T);
    case 'local':
      return visiblePairs({ pattern: 'local', params: { window } }, T);
    case 'masked':
      return visiblePairs({ pattern: write(layer.expression), params: {} }, T);
    case 'chunked': {
      const rest = T % window; // triangles of C, and the last one of what is left
      return (Math.floor(T / window) * window * (window + 1) + rest * (rest + 1)) / 2;
    }
  }
}

/**
 * Bytes of keys and values to be provided for T tokens of one sequence: Σ over the layers of kvHeads · (key + value) ·
 * held · bytes; `between` two steps, what is kept from one to the next. An encoder reads all at once and keeps none.
 * States are not among them: stateBytes. What a decoder keeps of its source is, at the length of the source.
 */
export function cacheBytesAt(
  config: ConfigLayers,
  T: number,
  bytesPerNumber = 2,
  between = false,
): number {
  const each = layerFacts(config).map((facts) => numbersAt(facts, T, between));
  return (
    each.reduce((sum, numbers) => sum + numbers, 0) * bytesPerNumber +
    sourceBytes(config, bytesPerNumber)
  );
}

/** Bytes of keys and values of the source, which do not grow while a text is written; 0 where no source is read. */
export const sourceBytes = (config: ConfigLayers, bytesPerNumber = 2): number =>
  layerFacts(config).reduce((sum, { perTokenOfSource }) => sum + perTokenOfSource, 0) *
  (config.source?.tokens ?? 0) *
  bytesPerNumber;

/** Bytes of all states of one sequence, at any length; layers whose size is not known count none: unknownStates. */
export const stateBytes = (config: ConfigLayers, bytesPerNumber = 2): number =>
  layerFacts(config).reduce((sum, facts) => sum + (stateNumbers(facts) ?? 0), 0) * bytesPerNumber;

/** Layers that keep a state of a size that is not known here. */
export const unknownStates = (config: ConfigLayers): number =>
  layerFacts(config).filter(({ state }) => state === undefined).length;

/**
 * FLOPs of attention per token, forward, the mean over T tokens: Σ over the layers of 2 · H · (key + value) · P / T, which
 * is 4 · H · d · P / T where both are d wide. Products with weights are not counted.
 */
export function flopsPerTokenAt(config: ConfigLayers, T: number): number {
  if (T === 0) return 0;
  const source = config.source?.tokens ?? 0;
  const each = layerFacts(config).map(({ layer, flopsPerPair, flopsPerPairOfSource }) => {
    const own = config.part === 'cross' ? 0 : pairsAt(layer, config.causal, T) * flopsPerPair;
    return own + T * source * flopsPerPairOfSource;
  });
  return each.reduce((sum, flops) => sum + flops, 0) / T;
}

/**
 * FLOPs of attention for one more token, the T-th of a sequence: its row of pairs, of all layers and heads, and all of a
 * source. The mean of it over T tokens is flopsPerTokenAt.
 */
export function nextFlops(config: ConfigLayers, T: number, source = config.source?.tokens): number {
  if (T < 1) return 0;
  return layerFacts(config).reduce((sum, { layer, flopsPerPair, flopsPerPairOfSource }) => {
    const own =
      config.part === 'cross'
        ? 0
        : pairsAt(layer, config.causal, T) - pairsAt(layer, config.causal, T - 1);
    return sum + own * flopsPerPair + (source ?? 0) * flopsPerPairOfSource;
  }, 0);
}
