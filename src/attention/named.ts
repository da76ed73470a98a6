/** @file The layer for a mask: a named pattern that reads exactly the same, otherwise the mask itself. */
import { allows } from '../core/params';
import { numbersIn, write, type Expression } from './expression';
import type { Pattern, PatternSpec } from './pattern';
import { patterns, patternSpec } from './registry';

/** Never returns a pattern with summaries: a mask reads tokens as themselves. */
export function namedSpec(expression: Expression): PatternSpec {
  const words = write(expression);
  const numbers = [...new Set(numbersIn(expression))];
  for (const pattern of patterns.all)
    for (const params of choices(pattern, numbers))
      if (pattern.chunk(params) === 0 && write(pattern.expression(params)) === words)
        return { pattern: pattern.id, params };
  return patternSpec(words, {});
}

/** A pattern's parameters, set to every combination of the mask's numbers. */
function choices(
  { params }: Pattern,
  numbers: readonly number[],
): readonly Readonly<Record<string, number>>[] {
  return Object.entries(params).reduce<Record<string, number>[]>(
    (all, [name, spec]) =>
      all.flatMap((one) =>
        numbers.filter((n) => allows(spec, n)).map((n) => ({ ...one, [name]: n })),
      ),
    [{}],
  );
}
