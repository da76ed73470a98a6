/**
 * @file What to know about a layer's mask before training it: does it read the future, and does any query read nothing?
 */
import { maskOf } from './expression';
import type { PatternSpec } from './pattern';
import { shortened } from './periodic';
import { patterns } from './registry';
import type { Runs } from './runs';

export interface MaskFacts {
  /** The first pair, in reading order, in which a query reads a token after itself. */
  readonly future?: { readonly query: number; readonly key: number };
  /** Queries that read nothing: attention adds nothing to them. */
  readonly empty: Runs;
}

/** Facts about one layer over T tokens. */
export function maskFacts({ pattern, params }: PatternSpec, T: number): MaskFacts {
  const rule = patterns.get(pattern);
  if (rule.firstKey) return { empty: [] }; // one run that ends with the query
  const expression = rule.expression(params);
  const short = shortened(expression, T);
  // A mask of many short runs takes seconds over a long text; a short text shows the same kinds of rows.
  const { row } = maskOf(expression, short?.T ?? T);
  const kinds = Array.from({ length: short?.T ?? T }, (_, q) => kindOf(row(q), q));
  const kindAt = (q: number) => kinds[short?.standsFor(q) ?? q]!;
  let first: number | undefined;
  const empty: number[] = [];
  for (let q = 0, open = false; q <= T; q++) {
    const kind = q < T ? kindAt(q) : undefined;
    if ((kind === 'empty') !== open) empty.push(q);
    open = kind === 'empty';
    if (kind === 'future') first ??= q;
  }
  if (first === undefined) return { empty };
  const runs = maskOf(expression, T).row(first);
  const at = runs.findIndex((end, i) => i % 2 === 1 && end > first + 1);
  return { future: { query: first, key: Math.max(first + 1, runs[at - 1]!) }, empty };
}

const kindOf = (runs: Runs, query: number): 'empty' | 'future' | 'past' => {
  if (runs.length === 0) return 'empty';
  return runs[runs.length - 1]! > query + 1 ? 'future' : 'past';
};
