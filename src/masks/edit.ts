/** @file An expression with one part of it changed; a part is found by the places on the way to it. */
import { terms, type Expression } from '../attention/expression';

export type Path = readonly number[];

/** The expression with the part at `path` made another; undefined takes it out, and nothing is left where it was all there was. */
export function changedAt(
  expression: Expression,
  path: Path,
  change: (part: Expression) => Expression | undefined,
): Expression | undefined {
  const [place, ...rest] = path;
  if (place === undefined) return change(expression);
  if (expression.kind === 'term' || expression.kind === 'rows') return expression;
  if (expression.kind === 'not') {
    const of = changedAt(expression.of, rest, change);
    return of && { ...expression, of };
  }
  const of = expression.of.flatMap((one, i) => {
    if (i !== place) return [one];
    const next = changedAt(one, rest, change);
    return next ? [next] : [];
  });
  if (of.length === 0) return undefined;
  // A group of one is that one.
  return of.length === 1 ? of[0] : { ...expression, of };
}

/** One more term beside the part at `path`. */
export function joinedAt(
  expression: Expression,
  path: Path,
  kind: 'and' | 'or',
  added: Expression,
): Expression {
  return changedAt(expression, path, (part) =>
    part.kind === kind && !part.off
      ? { ...part, of: [...part.of, added] }
      : { kind, of: [part, added] },
  )!;
}

/** A term as it is added to a mask: with the numbers it begins with, and with a not where it names what is to be blocked. */
export function freshTerm(id: string, kind: 'and' | 'or'): Expression {
  const { params, rest, blocks } = terms.get(id);
  const numbers = [...params, ...(rest ? [rest] : [])].map(({ initial }) => initial);
  const term = { kind: 'term', term: id, numbers } as const;
  return blocks && kind === 'and' ? { kind: 'not', of: term } : term;
}

export function switched(part: Expression): Expression {
  const { off, ...on } = part;
  return off ? on : { ...on, off: true };
}
