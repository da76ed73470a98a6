/** @file What a person should know of a layer's mask before it is trained: does it read the future, and does anybody read nothing? */
import { maskOf } from './expression';
import type { PatternSpec } from './pattern';
import { patterns } from './registry';
import type { Runs } from './runs';

export interface MaskFacts {
  /** The first pair, in reading order, in which a query reads a token after itself. */
  readonly future?: { readonly query: number; readonly key: number };
  /** Queries that read nothing: attention adds nothing to them. */
  readonly empty: Runs;
}

/** Of one layer over T tokens. */
export function maskFacts({ pattern, params }: PatternSpec, T: number): MaskFacts {
  const rule = patterns.get(pattern);
  if (rule.firstKey) return { empty: [] }; // one run that ends with the query
  const { row } = maskOf(rule.expression(params), T);
  let future: MaskFacts['future'];
  const empty: number[] = [];
  for (let q = 0, open = false; q <= T; q++) {
    const runs = q < T ? row(q) : undefined;
    const none = runs?.length === 0;
    if (none !== open) empty.push(q);
    open = none;
    if (!future && runs && runs.length > 0 && runs[runs.length - 1]! > q + 1) {
      const at = runs.findIndex((end, i) => i % 2 === 1 && end > q + 1);
      future = { query: q, key: Math.max(q + 1, runs[at - 1]!) };
    }
  }
  return { ...(future && { future }), empty };
}
