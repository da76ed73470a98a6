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
  /** Keys it lets a query at `position` read, of `keys` tokens. */
  row(position: number, keys: number, numbers: readonly number[]): Runs;
}

export const defineTerm = (term: Term): Term => term;
