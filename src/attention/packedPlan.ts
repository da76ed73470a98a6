/**
 * @file The layers of a plan over one row that holds several documents: their masks combined with the term for
 * documents.
 */
import { and, term, write } from './expression';
import { MAX_NUMBERS } from './parse';
import type { LayerPlan } from './pattern';
import { patterns, patternSpec } from './registry';

/** Maximum characters of the documents term; the mask around it may be longer. */
const LONGEST = 1500;

/**
 * Documents begin at `begins`, each above 0. If there are more than a mask has room for, returns the plan unchanged.
 */
export function planWithin(plan: LayerPlan, begins: readonly number[]): LayerPlan {
  if (begins.length === 0 || begins.length > MAX_NUMBERS) return plan;
  if (begins.join(', ').length > LONGEST) return plan;
  const documents = term('documents', ...begins);
  return plan.map(({ pattern, params }) =>
    patternSpec(write(and(patterns.get(pattern).expression(params), documents)), {}),
  );
}
