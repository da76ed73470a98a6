/** @file What a term of a mask has to say of itself; each is one file in ./terms. */
import type { ParamSpec } from '../core/params';
import type { Runs } from './runs';

export interface Term {
  readonly id: string; // as it is written: window(4)
  readonly label: string;
  readonly order: number;
  /** One sentence for people. */
  readonly summary: string;
  /** Its numbers, in the order they are written. */
  readonly params: readonly ParamSpec[];
  /** As many numbers more as one likes. */
  readonly rest?: ParamSpec;
  /** After how many tokens it says the same again of a pair, where it says more than how far they are apart. */
  period?(numbers: readonly number[]): number;
  /** Keys it lets a query at `position` read, of `keys` tokens. */
  row(position: number, keys: number, numbers: readonly number[]): Runs;
}

export const defineTerm = (term: Term): Term => term;
