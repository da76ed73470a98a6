/**
 * @file The mask of a layer by terms: this site's plans as expressions, so that picture, lint, code and reach use the
 * same one.
 */
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { maskOf, write, type Expression } from '../attention/expression';
import type { Mask } from '../attention/mask';

/** Terms that let through exactly what the pattern reads. */
export const expressionOf = ({ pattern, params }: PatternSpec): Expression =>
  patterns.get(pattern).expression(params);

export const expressionsOf = (plan: LayerPlan): readonly Expression[] => plan.map(expressionOf);

/** One mask per layer; layers with the same expression share one, and so the rows it has computed. */
export function masksOf(expressions: readonly Expression[], keys: number): readonly Mask[] {
  const known = new Map<string, Mask>();
  return expressions.map((expression) => {
    const words = write(expression);
    const mask = known.get(words) ?? maskOf(expression, keys);
    known.set(words, mask);
    return mask;
  });
}
