/**
 * @file What one layer of a released model reads and keeps; configCosts.ts counts what a stack of them costs.
 *
 * Layers of one model differ: in what they read, in heads and widths, in whether they keep keys at all.
 */
import type { Expression } from '../attention/expression';
import type { StateSize } from './configState';
import type { Images } from './imageBlocks';
import type { Part } from './part';

/** Who reads whom, and how much of it a cache holds. */
export interface Reach {
  /**
   * `state`: keeps no keys, but a state of fixed size that summarises what was read. `none`: no attention, only a
   * feed-forward. `masked`: reads what its expression lets through.
   */
  readonly kind: 'global' | 'local' | 'chunked' | 'masked' | 'state' | 'none';
  /** Keys a late query reads, the query itself included; of a chunked layer: tokens per chunk. */
  readonly window?: number;
  /** The mask: what the output depends on; if the data selects the keys, the keys it selects from. */
  readonly expression: Expression;
}

export interface ConfigLayer extends Reach {
  /** As layer_types names it. */
  readonly type: string;
  /** What is kept for each token it can still read: this many heads, each with a key and a value of these widths. */
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Query heads, if the layer differs from the model. */
  readonly heads?: number;
  /** MLA: the widths per head of the queries and keys as they are compared, and of the values. */
  readonly compared?: { readonly key: number; readonly value: number };
  /** MLA: keeps one latent for all heads and the rotated part of the keys. */
  readonly latent?: true;
  /** Values are the keys before rotation; both are kept. */
  readonly keyIsValue?: true;
  /** Reads the keys and values of this layer (0 is the first) and keeps none of its own. */
  readonly sharedWith?: number;
  /** Reads at most this many of the keys the mask lets through; the data decides which. */
  readonly picks?: { readonly most?: number; readonly by: string };
  /** Numbers kept per token besides keys and values, with which an indexer selects keys. */
  readonly indexDim?: number;
  /** One entry, key and value in one, per this many tokens, in addition to the window. */
  readonly compressed?: number;
  /** A state of fixed size, kept with the keys or instead of them. */
  readonly state?: 'linear' | 'convolution';
  /** Size of that state in numbers; undefined if the file does not say. */
  readonly stateSize?: StateSize | undefined;
  readonly rope?: Rope;
  /** For a decoder that also reads a source: what it keeps of each source token, once, throughout generation. */
  readonly cross?: {
    readonly heads?: number;
    readonly kvHeads: number;
    readonly keyDim: number;
    readonly valueDim: number;
  };
  /** What image tokens read in addition to the mask, which is drawn for text. */
  readonly images?: Images;
  /** Each head has a learned sink in its softmax, which is not a token. */
  readonly sinks?: true;
}

/**
 * RoPE: the share of a head that is rotated by position, the base, and how positions are scaled; `none`: not rotated.
 */
export type Rope =
  | 'none'
  | {
      readonly base?: number;
      readonly share?: number;
      /** The method and factor of scaling to lengths beyond those the model was first trained on. */
      readonly stretched?: { readonly by: string; readonly factor?: number };
    };

export interface ConfigLayers {
  /** The model type whose rules the config is read with. */
  readonly family: string;
  readonly label: string;
  /** The model's name in the file. */
  readonly name?: string;
  readonly layers: readonly ConfigLayer[];
  readonly convention: string;
  /** A decoder; an encoder reads in both directions and keeps no cache. */
  readonly causal: boolean;
  readonly heads: number; // H
  /** Heads of the first layer that keeps keys; layers that differ give their own. */
  readonly kvHeads: number;
  readonly headDim: number; // d
  readonly hidden: number; // D, hidden_size
  readonly vocabulary?: number;
  /**
   * Context length the model was made for, according to its file; for an encoder and a decoder, that of the part being
   * read.
   */
  readonly made?: number;
  /** For an encoder and a decoder: the part being read, the other parts, and why one cannot be read. */
  readonly part?: Part;
  readonly parts?: readonly { readonly part: Part; readonly refused?: string }[];
  /** For a decoder that reads a source: the length assumed for it, and why. */
  readonly source?: { readonly tokens: number; readonly because: string };
  /** Why it may be read wrongly: its model type is not known to this page yet. */
  readonly doubt?: string;
  readonly notes: readonly string[];
  /** A window that the file gives and no layer has; `switched`: because use_sliding_window is off. */
  readonly unused?: { readonly window: number; readonly switched: boolean };
  /** Fields missing from the file, and the defaults of its class used instead. */
  readonly defaults: readonly string[];
}
