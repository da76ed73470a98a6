/**
 * @file Long texts represented by short ones: far from the positions and distances in an expression, a query reads like
 * the one a period before it (src/attention/need.ts has the extent of an expression).
 */
import type { Expression } from './expression';
import { extentOf } from './need';

export interface Shortened {
  /** Tokens of the short text. */
  readonly T: number;
  /**
   * The query of the short text that represents a query of the long one: it reads a key of every kind that the query of
   * the long text reads.
   */
  standsFor(query: number): number;
}

/** Undefined if the text is already short, or if nothing in the expression repeats. */
export function shortened(expression: Expression, T: number): Shortened | undefined {
  const { reach, period } = extentOf(expression);
  // A query this far from an end has every kind of far key on that side.
  const edge = 2 * reach + period;
  const least = 2 * edge + period;
  const short = least + ((((T - least) % period) + period) % period);
  if (!(short < T)) return undefined; // also if the period is infinite
  return {
    T: short,
    standsFor: (query) => {
      if (query < edge) return query;
      if (query >= T - edge) return short - (T - query);
      return edge + ((query - edge) % period);
    },
  };
}
