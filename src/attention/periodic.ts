/**
 * @file Long texts looked at through short ones: far from the places and distances an expression speaks of, a query
 * reads as the one a period before it does (src/attention/need.ts has the extent of an expression).
 */
import type { Expression } from './expression';
import { extentOf } from './need';

export interface Shortened {
  /** Tokens of the short text. */
  readonly T: number;
  /** The query of the short text that stands for a query of the long one: it reads a key of each kind if that one does. */
  standsFor(query: number): number;
}

/** Undefined where the text is short already, or where nothing in the expression comes again. */
export function shortened(expression: Expression, T: number): Shortened | undefined {
  const { reach, period } = extentOf(expression);
  // A query so far from an end has every kind of far key on that side.
  const edge = 2 * reach + period;
  const least = 2 * edge + period;
  const short = least + ((((T - least) % period) + period) % period);
  if (!(short < T)) return undefined; // also where the period is endless
  return {
    T: short,
    standsFor: (query) => {
      if (query < edge) return query;
      if (query >= T - edge) return short - (T - query);
      return edge + ((query - edge) % period);
    },
  };
}
