/** @file What a term of a mask has to say of itself; each is one file in ./terms. */
import type { ParamSpec } from '../core/params';
import type { Runs } from './runs';

export interface Term {
  readonly id: string; // as it is written: window(4)
  readonly label: string;
  readonly order: number;
  /** One sentence for people. */
  readonly summary: string;
  /** What it lets through, as it stands in a sentence after 'reads' or 'outside': 'its window of 4'. */
  words(numbers: readonly number[]): string;
  /** Its numbers, in the order they are written. */
  readonly params: readonly ParamSpec[];
  /** As many numbers more as one likes. */
  readonly rest?: ParamSpec;
  /** It names tokens that nobody should read: where it is added to narrow a mask, it is added with a not before it. */
  readonly blocks?: true;
  /** Its name alone is a pattern's: it is written with its brackets even where they are empty. */
  readonly bracketed?: true;
  /** After how many tokens it says the same again of a pair, where it says more than how far they are apart. */
  period?(numbers: readonly number[]): number;
  /** The largest place or distance it speaks of, where its numbers multiply or are counted and do not say so themselves. */
  extent?(numbers: readonly number[]): number;
  /** Keys it lets a query at `position` read, of `keys` tokens. */
  row(position: number, keys: number, numbers: readonly number[]): Runs;
  /**
   * The same as Python of q_idx, kv_idx and T, the sequence's tokens. Only comparisons, arithmetic and & | ~, so that it
   * is the same for FlexAttention's scalars, PyTorch, JAX and NumPy; // rounds down, below 0 too.
   */
  python(numbers: readonly number[]): string;
}

export const defineTerm = (term: Term): Term => term;

/** Python of what holds for every pair, and for none. */
export const ALWAYS = 'kv_idx >= 0';
export const NEVER = 'kv_idx < 0';
/** Numbers as code has them: rising, each once. */
export const inOrder = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);
