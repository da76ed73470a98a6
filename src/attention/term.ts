/** @file What a term of a mask declares; each is one file in ./terms. */
import type { ParamSpec } from '../core/params';
import type { Runs } from './runs';

export interface Term {
  readonly id: string; // as written: window(4)
  readonly label: string;
  readonly order: number;
  /** One sentence, shown on the pages. */
  readonly summary: string;
  /**
   * What it lets through, worded to follow 'reads' or 'outside': 'its window of 4'. In a sentence about a key, "its"
   * would be mistaken for the key's: 'the window of 4'.
   */
  words(numbers: readonly number[], ofKey?: boolean): string;
  /** Its numbers, in the order they are written. */
  readonly params: readonly ParamSpec[];
  /** Any number of further numbers. */
  readonly rest?: ParamSpec;
  /** It names tokens that no query should read: when added to narrow a mask, it is negated. */
  readonly blocks?: true;
  /** Its name alone means a pattern, so its brackets are written even when they are empty. */
  readonly bracketed?: true;
  /**
   * The number of tokens after which its answer for a pair repeats, if the answer depends on more than their distance.
   */
  period?(numbers: readonly number[]): number;
  /**
   * The largest position or distance it involves, if that is not its largest number, because the numbers are multiplied
   * or counted.
   */
  extent?(numbers: readonly number[]): number;
  /** Keys, out of `keys` tokens, that it lets a query at `position` read. */
  row(position: number, keys: number, numbers: readonly number[]): Runs;
  /**
   * The same as Python of q_idx, kv_idx and T, the number of tokens in the sequence. Only comparisons, arithmetic and &
   * | ~, so that it is the same for FlexAttention's scalars, PyTorch, JAX and NumPy; // rounds down, even below 0.
   */
  python(numbers: readonly number[]): string;
}

export const defineTerm = (term: Term): Term => term;

/** Python that is true for every pair, and for none. */
export const ALWAYS = 'kv_idx >= 0';
export const NEVER = 'kv_idx < 0';
/** Numbers as generated code lists them: ascending, each once. */
export const inOrder = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);
