/**
 * @file What one layer of a released model reads and keeps, and what a stack of them costs at any length, by closed forms.
 *
 * Layers of one model differ: in what they read, in heads and widths, in whether they keep keys at all.
 */
import { FLOPS_PER_PAIR_AND_DIM, visiblePairs } from '../attention/cost';
import { write, type Expression } from '../attention/expression';
import { needOver } from '../attention/need';

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
  readonly rope?: Rope;
  /** Each head has a learned sink in its softmax; it is no token. */
  readonly sinks?: true;
}

/** Which share of a head is turned by position, and from which base; `none`: nothing is. */
export type Rope = 'none' | { readonly base?: number; readonly share?: number };

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
  /** Why it may be read wrongly: a model type nobody here knows yet. */
  readonly doubt?: string;
  readonly notes: readonly string[];
  /** What the file leaves out, and the default of its class that was taken. */
  readonly defaults: readonly string[];
}

/** Pairs (query, key) of one layer over T tokens, per head and sequence; what a layer picks from counts whole. */
export function pairsAt(layer: Reach, causal: boolean, T: number): number {
  const { kind, window = T } = layer;
  if (kind === 'state' || kind === 'none') return 0;
  if (!causal) {
    // Query and key at most `side` apart: T on the diagonal, T - 1, T - 2, … beside it, on both sides.
    const side = kind === 'local' ? Math.min((window - 1) / 2, T - 1) : T - 1;
    return T === 0 ? 0 : T + 2 * side * T - side * (side + 1);
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
 * Tokens whose keys a layer holds after T: T in a global one, min(T, W) in one with a window or chunks, what later tokens
 * read in one of any other mask, else none.
 */
export function heldAt(layer: ConfigLayer, T: number): number {
  const { kind, window = Infinity, sharedWith, expression } = layer;
  if (kind === 'state' || kind === 'none' || sharedWith !== undefined) return 0;
  if (kind === 'masked') return T > 0 ? needOver(expression, T).held[T - 1]! : 0;
  return Math.min(T, window);
}

/** Numbers a layer keeps after T tokens of one sequence: kvHeads · (key + value) for each held; a state is not counted. */
export function numbersAt(layer: ConfigLayer, T: number): number {
  const { kvHeads, keyDim, valueDim, indexDim = 0, compressed } = layer;
  const each = kvHeads * (keyDim + valueDim);
  const held = heldAt(layer, T) * each;
  if (compressed !== undefined)
    return held + Math.floor(T / compressed) * (kvHeads * keyDim + indexDim);
  return held + (held > 0 ? T * indexDim : 0);
}

/**
 * Bytes of keys and values to be provided for T tokens of one sequence: Σ over the layers of kvHeads · (key + value) ·
 * held · bytes. An encoder reads all at once and keeps none.
 */
export function cacheBytesAt(config: ConfigLayers, T: number, bytesPerNumber = 2): number {
  if (!config.causal) return 0;
  return config.layers.reduce((sum, layer) => sum + numbersAt(layer, T), 0) * bytesPerNumber;
}

/** FLOPs of attention per token, forward, the mean over T tokens: 4 · H · d · Σ P / T. Products with weights not counted. */
export function flopsPerTokenAt(config: ConfigLayers, T: number): number {
  if (T === 0) return 0;
  const each = config.layers.reduce((sum, layer) => {
    const width = layer.latent ? config.headDim : layer.keyDim;
    return sum + pairsAt(layer, config.causal, T) * width;
  }, 0);
  return (FLOPS_PER_PAIR_AND_DIM * each * config.heads) / T;
}
