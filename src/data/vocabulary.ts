/** @file Vocabularies: the tokens of a text or a task, and the characters of a text as tokens. */

export interface Vocabulary {
  readonly size: number;
  /** How token `id` appears in a picture: one short visible string. */
  label(id: number): string;
}

/** Tokens of a text, one after another. */
export type Ids = Uint8Array | Uint16Array;

/** The vocabulary of a text: how it is split into tokens, and written back. */
export interface Letters extends Vocabulary {
  /** What is written for a token that represents no single character. */
  readonly unknown: string;
  /** Tokens are bytes of UTF-8: a character may take several. */
  readonly bytes?: true;
  /** The text as the model is trained on it; characters without a token become `unknown`. */
  normalise(text: string): string;
  /** How often each character without a token occurs, in order of first appearance. */
  strangers(text: string): ReadonlyMap<string, number>;
  /** The tokens of a normalised text. Part of the text gives part of the tokens. */
  encode(text: string): Ids;
  decode(ids: Iterable<number>): string;
  /** Whether a character can begin with this token. */
  begins(id: number): boolean;
}
