/**
 * @file What the mask page asks the desk (desk.ts), and what it gets back, as plain data that crosses the worker's
 * boundary.
 */
import type { Arrays } from './arrays';
import type { Looked, Said } from './foreign/brought';
import type { Named } from './foreign/foreign';
import type { CaptureFacts, WrongPart } from './capture/facts';
import type { Part } from './capture/part';
import type { Asked } from './foreign/recognise';
import type { Reading } from './reading';
import type { Declared, Finding, Subject } from './subject';
import type { Difference } from '../attention/mask';
import type { Opened } from './opened';
import type { Planes } from './planes';
import type { Runs } from '../attention/runs';
import type { Tile, Viewport } from './tile';
import type { Blocks } from './analysis/blocks';
import type { CacheNeed } from './analysis/need';
import type { Profile } from './analysis/profile';

/** A mask as written. */
export interface Written {
  readonly T: number; // keys
  readonly queries?: number; // defaults to the number of keys
  readonly expression: string;
  readonly paint: string;
}

export interface Questions {
  /** With `other`, that mask is shown as well. */
  tile: {
    readonly mask: Written;
    readonly other?: Written;
    readonly viewport: Viewport;
    readonly pixels: number;
  };
  difference: { readonly mask: Written; readonly other: Written };
  numbers: { readonly mask: Written; readonly other?: Written; readonly block: number };
  stack: { readonly layers: readonly Stretch[]; readonly query: number; readonly key?: number };
  /** Checked against `meant` if given, otherwise against each layer's own terms. */
  findings: {
    readonly layers: readonly Stretch[];
    readonly meant?: Written | readonly Written[];
    readonly more?: More;
  };
  /** A foreign file; the desk keeps it, so that another part of it can be picked. */
  open: { readonly files: readonly Named[] };
  pick: { readonly picked: readonly number[] } & Asked & Said;
  /** All planes of the open array, a few at a time: repeat until all are done. */
  planes: { readonly picked: readonly number[] } & Asked & Said;
  /** All arrays of the opened files, a number of cells at a time: repeat until all are done. */
  arrays: object;
  /** The weights of the open array, as a picture: the largest per pixel. */
  weights: {
    readonly picked: readonly number[];
    readonly layer: number;
    readonly viewport: Viewport;
    readonly pixels: number;
  } & Said;
  /**
   * The open array with these layers corrected to `meant`, one mask per layer; for an array without layers, its plane.
   */
  corrected: {
    readonly picked: readonly number[];
    readonly layers: readonly {
      readonly layer: number;
      readonly reading: Reading;
      readonly meant: Written;
    }[];
  } & Said;
  /** A file of the Python package, which the desk keeps. */
  capture: { readonly files: readonly [Named] };
  capturePart: { readonly part: Part };
  /** Parts of one step in which something is wrong. */
  captureStep: { readonly step: number };
  /** The captured weights of a layer as a picture, the largest per pixel; and the weight of one cell. */
  captureWeights: {
    readonly part: Part;
    readonly layer: number;
    readonly viewport: Viewport;
    readonly pixels: number;
  };
  captureWeight: {
    readonly part: Part;
    readonly layer: number;
    readonly query: number;
    readonly key: number;
  };
  /** The first cell that differs after this one, in reading order; wraps around at the end. */
  next: {
    readonly mask: Written;
    readonly other: Written;
    readonly after?: { readonly query: number; readonly key: number };
  };
}

/**
 * What is known about masks besides their cells. `bug`: they come from that bug of the zoo, which declares everything
 * itself.
 */
export type More = Pick<
  Subject,
  | 'caches'
  | 'cross'
  | 'fill'
  | 'implied'
  | 'intended'
  | 'isCausal'
  | 'ran'
  | 'reading'
  | 'rounded'
  | 'step'
  | 'unused'
> & {
  readonly declared?: Declared;
  readonly bug?: string;
};

/** Consecutive layers with the same mask. */
export interface Stretch {
  readonly mask: Written;
  readonly count: number;
}

/** One mask in numbers. */
export interface Numbers {
  readonly T: number;
  readonly profile: Profile;
  /** The keys per query of the mask it is compared with, and the first query that differs. */
  readonly expected?: { readonly profile: Profile; readonly firstOff?: number };
  readonly blocks: Blocks;
  readonly cache?: CacheNeed;
}

/**
 * The whole stack in numbers. Complete for layers that have a row for every token; for others, only what a query reads
 * in one layer.
 */
export interface Stack {
  /** Per stretch, the most keys that one of its layers must hold, and whether a ring can hold them. */
  readonly caches?: readonly {
    readonly count: number;
    readonly slots: number;
    readonly ring: boolean;
  }[];
  readonly query: number;
  /** [layers + 1] what the query depends on, as each layer receives it; the last entry is the query alone. */
  readonly reach: readonly Runs[];
  /**
   * Whether the query reads any key in any layer: if not, it depends on no other token and the layers leave it
   * unchanged.
   */
  readonly reads: boolean;
  /** Layers until `key` reaches the query; undefined if it does not arrive, or no key was given. */
  readonly layersUntil?: number;
}

/** A file as read, and the resulting mask. */
export interface Shown {
  readonly look: Looked;
  readonly picked: readonly number[];
  readonly opened: Opened;
}

/** A file to be saved. */
export interface Saved {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descr: string; // NumPy's dtype
  readonly shape: readonly number[];
  readonly cells: number; // that were changed
}

export interface Answered {
  tile: Tile & { readonly other?: Tile['cells'] };
  difference: Difference & { readonly only: number; readonly otherOnly: number };
  numbers: Numbers;
  stack: Stack;
  findings: readonly Finding[];
  open: Shown;
  pick: Shown;
  planes: Planes;
  arrays: Arrays;
  weights: Tile;
  capture: CaptureFacts;
  capturePart: Opened & { readonly unread?: string };
  captureStep: readonly WrongPart[];
  captureWeights: { readonly tile?: Tile };
  captureWeight: { readonly weight?: number };
  next: { readonly cell?: Difference['first'] };
  corrected: Saved;
}

export type Kind = keyof Questions;
export type Question<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Questions[P] }[K];
export type Answer<K extends Kind = Kind> = Answered[K];
export type AboutCapture = Question<Extract<Kind, `capture${string}`>>;
