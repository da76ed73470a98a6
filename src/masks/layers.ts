/** @file The mask of a layer by terms: the plans of this site as expressions, so that picture, lint, code and reach read one thing. */
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { and, maskOf, or, term, write, type Expression } from './expression';
import type { Mask } from './mask';

/** Terms that let through exactly what the pattern reads; tested against its rule. */
export function expressionOf({ pattern, params }: PatternSpec): Expression {
  switch (pattern) {
    case 'global':
      return term('causal');
    case 'local':
      return and(term('causal'), term('window', params['window']!));
    case 'approximate': {
      const numbers = [params['window']!, params['chunk']!] as const;
      return and(term('causal'), or(term('exact', ...numbers), term('summaries', ...numbers)));
    }
    default:
      throw new Error(`pattern ${pattern} is not yet said in terms`);
  }
}

export const expressionsOf = (plan: LayerPlan): readonly Expression[] => plan.map(expressionOf);

/** One mask per layer; layers of the same words share one, and so the rows it has worked out. */
export function masksOf(expressions: readonly Expression[], keys: number): readonly Mask[] {
  const known = new Map<string, Mask>();
  return expressions.map((expression) => {
    const words = write(expression);
    const mask = known.get(words) ?? maskOf(expression, keys);
    known.set(words, mask);
    return mask;
  });
}
