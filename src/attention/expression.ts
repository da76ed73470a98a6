/**
 * @file Masks written as terms: `causal & (window(4) | sink(2)) & !padding(2, 0)`. Written, evaluated and explained; parse.ts reads them.
 *
 * & binds closer than |, ! closest. A term or group after ~ is switched off: it stays but has no effect. Rows that no term describes appear as given: `rows(AUAAAQ…)`, or under the name of a long text, `rows(#96-…)`.
 */
import { registryOf } from '../core/registry';
import { readRows } from './given';
import { byName } from './rowNames';
import { positionOf, remembered, type Mask } from './mask';
import { clip, complement, has, intersect, run, union, type Runs } from './runs';
import type { Term } from './term';

export const terms = registryOf<Term>(
  'mask term',
  import.meta.glob<{ default: Term }>('./terms/*.ts', { eager: true }),
);

export type Expression =
  | {
      readonly kind: 'term';
      readonly term: string;
      readonly numbers: readonly number[];
      readonly off?: boolean;
    }
  /** As src/attention/given.ts writes them. */
  | { readonly kind: 'rows'; readonly content: string; readonly off?: boolean }
  | { readonly kind: 'not'; readonly of: Expression; readonly off?: boolean }
  | {
      readonly kind: 'and' | 'or';
      readonly of: readonly Expression[];
      readonly off?: boolean;
    };

export const term = (id: string, ...numbers: number[]): Expression => ({
  kind: 'term',
  term: id,
  numbers,
});
export const and = (...of: Expression[]): Expression => ({ kind: 'and', of });
export const or = (...of: Expression[]): Expression => ({ kind: 'or', of });
export const not = (of: Expression): Expression => ({ kind: 'not', of });

/** Rows as they were given. */
export const rowsOf = (content: string): Expression => ({ kind: 'rows', content });

/** The rows in it, each as it was given. */
export function rowsIn(expression: Expression): readonly string[] {
  if (expression.kind === 'term') return [];
  if (expression.kind === 'rows') return [expression.content];
  return expression.kind === 'not' ? rowsIn(expression.of) : expression.of.flatMap(rowsIn);
}

/** The numbers of its terms, in written order. */
export function numbersIn(expression: Expression): readonly number[] {
  if (expression.kind === 'rows') return [];
  return expression.kind === 'term'
    ? expression.numbers
    : expression.kind === 'not'
      ? numbersIn(expression.of)
      : expression.of.flatMap(numbersIn);
}

// ------------------------------------------------------------------------------------------------- evaluated

/** Keys, out of `keys`, that a query at `position` may read; undefined if everything is switched off. */
function rowOf(expression: Expression, position: number, keys: number): Runs | undefined {
  if (expression.off) return undefined;
  switch (expression.kind) {
    case 'term':
      // A term may not know how long the sequence is, so keys beyond its end are cut off.
      return clip(terms.get(expression.term).row(position, keys, expression.numbers), 0, keys);
    case 'rows': {
      // Queries outside the given rows read nothing.
      return clip(readRows(expression.content).row(position), 0, keys);
    }
    case 'not': {
      const of = rowOf(expression.of, position, keys);
      return of && complement(of, keys);
    }
    case 'and':
    case 'or': {
      const combine = expression.kind === 'and' ? intersect : union;
      let rows: Runs | undefined;
      for (const one of expression.of) {
        const row = rowOf(one, position, keys);
        if (row) rows = rows ? combine(rows, row) : row;
      }
      return rows;
    }
  }
}

/** The mask of an expression; if nothing is switched on, everything may be read. */
export function maskOf(expression: Expression, keys: number, queries = keys): Mask {
  return remembered({
    queries,
    keys,
    row: (q) => rowOf(expression, positionOf({ queries, keys }, q), keys) ?? run(0, keys),
  });
}

// ------------------------------------------------------------------------------------------------- explained

export interface Verdict {
  readonly allowed: boolean;
  /** The smallest parts that decide the pair, as written: those that block it, or those that let it through. */
  readonly because: readonly string[];
}

/** Whether the query at `position` may read `key` of `keys`, and which parts decide it. */
export function verdictOf(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
): Verdict {
  if (expression.off) return { allowed: true, because: [] };
  switch (expression.kind) {
    case 'term':
    case 'rows': {
      const allowed = has(rowOf(expression, position, keys) ?? [], key);
      return { allowed, because: [brief(expression)] };
    }
    case 'not': {
      if (rowOf(expression, position, keys) === undefined) return { allowed: true, because: [] };
      const { allowed } = verdictOf(expression.of, position, key, keys);
      return { allowed: !allowed, because: [brief(expression)] };
    }
    case 'and':
    case 'or': {
      const on = expression.of.filter((one) => rowOf(one, position, keys) !== undefined);
      const verdicts = on.map((one) => verdictOf(one, position, key, keys));
      if (verdicts.length === 0) return { allowed: true, because: [] };
      const allowed =
        expression.kind === 'and'
          ? verdicts.every((one) => one.allowed)
          : verdicts.some((one) => one.allowed);
      const deciding = verdicts.filter((one) => one.allowed === allowed);
      return { allowed, because: deciding.flatMap(({ because }) => because) };
    }
  }
}

// ------------------------------------------------------------------------------------------------- written

/** As `write`, but with long rows by name: for display and as keys. `read` knows the names of rows it has seen. */
export const brief = (expression: Expression): string => byName(write(expression));

/** Nothing is abbreviated, so it can be read anywhere. */
export function write(expression: Expression): string {
  const off = expression.off ? '~' : '';
  switch (expression.kind) {
    case 'term': {
      const { numbers } = expression;
      const brackets = numbers.length > 0 || terms.get(expression.term).bracketed;
      return `${off}${expression.term}${brackets ? `(${numbers.join(', ')})` : ''}`;
    }
    case 'rows':
      return `${off}rows(${expression.content})`;
    case 'not':
      return `${off}!${bracketed(expression.of)}`;
    case 'and':
    case 'or': {
      // Only an & group inside | needs no brackets; a group inside one of its own kind keeps them, to preserve the
      // user's grouping.
      const parts = expression.of.map((one) =>
        isGroup(one) && !(expression.kind === 'or' && one.kind === 'and' && !one.off)
          ? bracketed(one)
          : write(one),
      );
      const text = parts.join(expression.kind === 'and' ? ' & ' : ' | ');
      return off ? `~(${text})` : text;
    }
  }
}

const isGroup = ({ kind }: Expression) => kind === 'and' || kind === 'or';
const bracketed = (one: Expression) => (isGroup(one) && !one.off ? `(${write(one)})` : write(one));
