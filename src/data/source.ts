/** @file What can be learnt: a corpus of text or a synthetic task, each one self-describing file. */
import type { ParamSpec } from '../core/params';
import type { Random } from '../core/random';
import type { Packed } from './packed';

/** One batch, row-major [B, T]. A target counts in the loss and the accuracy where its weight is 1. */
export interface Batch {
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
  /** Where in its row the document of each token begins, [B, T]; of a text. Tasks are one document to a row. */
  readonly starts?: Int32Array;
  /** Held-out batches of a text: for each slice that fits it, [B, T], 1 where the target is in the slice. */
  readonly slices?: ReadonlyMap<string, Uint8Array>;
}

/** One sequence of T tokens. */
export interface Example {
  readonly tokens: Int32Array; // [T]
  readonly targets: Int32Array; // [T]
  readonly weights: Float32Array; // [T], 1 where the target is scored
  readonly starts?: Int32Array; // [T], where the document of each token begins; of a text
}

export interface Vocabulary {
  readonly size: number;
  /** How token `id` is written in a picture: one short visible string. */
  label(id: number): string;
}

/** Tokens of a text, one after another. */
export type Ids = Uint8Array | Uint16Array;

/** The vocabulary of a text: how it is cut into tokens, and written again. */
export interface Letters extends Vocabulary {
  /** What is written where a token stands for no one character. */
  readonly unknown: string;
  /** Tokens are bytes of UTF-8: a character may take several. */
  readonly bytes?: true;
  /** The text as it is learnt; what has no token becomes `unknown`. */
  normalise(text: string): string;
  /** How often each character without a token occurs, the first one met first. */
  strangers(text: string): ReadonlyMap<string, number>;
  /** The tokens of a text that was normalised. A part of it is a part of them. */
  encode(text: string): Ids;
  decode(ids: Iterable<number>): string;
  /** Whether a character can begin with this token. */
  begins(id: number): boolean;
}

interface Described {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** One sentence for the person who chooses. */
  readonly summary: string;
  readonly vocabulary: Vocabulary;
}

/** A task made by a seeded rule. */
export interface Task extends Described {
  readonly kind: 'task';
  /** Which attention it needs, and why, in one sentence. */
  readonly needs: string;
  readonly source: string;
  /** Accuracy of guessing, in [0, 1]; Infinity never. Undefined where it depends on the example. */
  readonly chance?: number;
  /** The distance dial; its max is what T allows: see `maxDistance`. */
  readonly distance: ParamSpec;
  /** Largest distance a context of T tokens has room for; below 1 the context is too short. */
  maxDistance(T: number): number;
  /** Which token the answer to the scored `row` is copied from; undefined for a task whose answers stand nowhere. */
  answerAt?(tokens: Int32Array, row: number): number;
  /** One example. Every scored answer lies at least `distance` tokens back. Throws InputError where T is too short. */
  example(random: Random, T: number, distance: number): Example;
}

/** Real text: files made by scripts/build/texts.mjs, or the person's own. */
export interface CorpusSource extends Described {
  readonly kind: 'corpus';
  /** Of the person's own text it may be another, made from the text: `sourceOf` in src/spec/run.ts. */
  readonly vocabulary: Letters;
  /** Path under the page's base, without ending: <file>.json describes <file>.txt. Undefined: the person's own text. */
  readonly file?: string;
  readonly licence: string;
  readonly origin: string;
  /** One sentence: what in it helps to predict a character and stands far from it. Undefined for the person's own text. */
  readonly far?: string;
  /** The text of `file` is cut into passages and each is repeated when it is loaded. Undefined: taken as it is. */
  readonly repeat?: Repeat;
  /** What stands for a document where those that share a row are kept apart. */
  readonly packed: Packed;
  /** The text is a table; every document begins with a line. Undefined: it is none. */
  readonly table?: Table;
}

/** Lines of one length. */
interface Table {
  readonly line: number; // characters, the newline included
  readonly key: number; // characters of the first column, by which the lines are in order
}

/** Each passage of `passage` characters stands `times` times in a row. */
export interface Repeat {
  readonly passage: number;
  readonly times: number;
}

export type Source = Task | CorpusSource;

export const defineTask = (task: Omit<Task, 'kind'>): Task => ({ kind: 'task', ...task });
export const defineCorpus = (corpus: Omit<CorpusSource, 'kind'>): CorpusSource => ({
  kind: 'corpus',
  ...corpus,
});
