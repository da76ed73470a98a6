/** @file What the page asks the worker that counts what distant text is worth, and its answer. */

/** The comparison: reading the whole context, and reading only what local layers alone reach. */
export interface FarAsked {
  readonly reach: number; // characters
  readonly context: number; // characters
}

/** The counted gain, held out. */
export interface Counted {
  readonly gain: number;
  readonly error: number;
  readonly characters: number; // held out, of the sample
}
