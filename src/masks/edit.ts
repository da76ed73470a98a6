/** @file Edits to one part of an expression; a part is found by its path. */
import { terms, type Expression } from '../attention/expression';

export type Path = readonly number[];

/**
 * The expression with the part at `path` changed; undefined removes it, and the result is undefined if nothing else was
 * there.
 */
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
  // A group of one is just that part.
  return of.length === 1 ? of[0] : { ...expression, of };
}

/** Adds a term next to the part at `path`. */
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

/** A term as it is added to a mask: with its initial numbers, negated if it names what to block. */
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
