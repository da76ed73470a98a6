/** @file The mask of a layer by terms: the plans of this site as expressions, so that picture, lint, code and reach read one thing. */
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { maskOf, write, type Expression } from '../attention/expression';
import type { Mask } from '../attention/mask';

/** Terms that let through exactly what the pattern reads. */
export const expressionOf = ({ pattern, params }: PatternSpec): Expression =>
  patterns.get(pattern).expression(params);

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
