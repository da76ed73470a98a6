/**
 * @file Any mask by terms, and the value of each of its cells: the rule of each term by itself, sharing nothing with
 * src.
 */
import fc from 'fast-check';
import { terms, type Expression } from '../../src/attention/expression';

type Rule = (q: number, k: number, numbers: readonly number[], T: number) => boolean;

/** Each term as a rule for one cell of T tokens. */
export const RULES: Readonly<Record<string, Rule>> = {
  causal: (q, k) => k <= q,
  window: (q, k, [W]) => q - k < W!,
  ahead: (q, k, [W]) => k - q >= W!,
  sink: (_, k, [n]) => k < n!,
  chunk: (q, k, [C]) => Math.floor(q / C!) === Math.floor(k / C!),
  span: (q, k, [a, b]) => [q, k].every((at) => a! <= at && at <= b!),
  chunks: (q, k, [size, left]) => {
    const behind = Math.floor(q / size!) - Math.floor(k / size!);
    return 0 <= behind && behind <= left!;
  },
  prefix: (q, k, [n]) => q < n! && k < n!,
  documents: (q, k, at) =>
    at.filter((one) => one <= q).length === at.filter((one) => one <= k).length || sorted(at, q, k),
  tree: (q, k, [from, ...parents]) => {
    if (q < from! || q > from! + parents.length || k < from!) return true;
    for (let at = q; ;) {
      if (at === k) return true;
      const parent = parents[at - from! - 1];
      if (parent === undefined || parent < from! || parent >= at) return false;
      at = parent;
    }
  },
  padding: (_, k, [left, right], T) => k < left! || k >= T - right!,
  dilated: (q, k, [step]) => (q - k) % step! === 0,
  global: (q, k, tokens) => tokens.includes(q) || tokens.includes(k),
  exact: (q, k, [W, C]) => k >= C! * Math.floor(Math.max(0, q - W! + 1) / C!),
  summaries: (q, k, [W, C]) => k < C! * Math.floor(Math.max(0, q - W! + 1) / C!),
  cells: (q, k, [a, b, c, d]) => q >= a! && q <= b! && k >= c! && k <= d!,
};
const sorted = (at: readonly number[], q: number, k: number) => {
  const document = (token: number) => Math.max(0, ...at.filter((one) => one <= token));
  return document(q) === document(k);
};

/** Parameters of a term, each below T. */
export const numbersOf = (id: string, T: number): fc.Arbitrary<readonly number[]> => {
  const { params, rest } = terms.get(id);
  const number = (min: number) => fc.integer({ min, max: T - 1 });
  return fc
    .tuple(
      fc.tuple(...params.map(({ min }) => number(min))),
      rest ? fc.array(number(rest.min), { maxLength: 3 }) : fc.constant([]),
    )
    .map(([own, more]) => [...own, ...more]);
};

/** Any expression of any terms except those left out, with numbers below T. */
export function anyExpression(
  T: number,
  without: readonly string[] = [],
): fc.Arbitrary<Expression> {
  const anyTerm: fc.Arbitrary<Expression> = fc
    .constantFrom(...terms.all.map(({ id }) => id).filter((id) => !without.includes(id)))
    .chain((id) => fc.tuple(fc.constant(id), numbersOf(id, T), fc.boolean()))
    .map(([id, numbers, off]) => ({ kind: 'term', term: id, numbers, ...(off && { off }) }));
  return fc.letrec<{ any: Expression }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      anyTerm,
      tie('any').map((of): Expression => ({ kind: 'not', of })),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
          fc.boolean(),
        )
        .map(([kind, of, off]): Expression => ({ kind, of, ...(off && { off }) })),
    ),
  })).any;
}

/** One cell of T tokens, by the rules of the grammar; undefined if everything is switched off. */
export function cellOf(
  expression: Expression,
  q: number,
  k: number,
  T: number,
): boolean | undefined {
  if (expression.off) return undefined;
  if (expression.kind === 'term') return RULES[expression.term]!(q, k, expression.numbers, T);
  if (expression.kind === 'rows') throw new Error('rows say their cells themselves');
  if (expression.kind === 'not') {
    const of = cellOf(expression.of, q, k, T);
    return of === undefined ? undefined : !of;
  }
  const of = expression.of.map((one) => cellOf(one, q, k, T)).filter((one) => one !== undefined);
  if (of.length === 0) return undefined;
  return expression.kind === 'and' ? of.every(Boolean) : of.some(Boolean);
}

/** All cells of T tokens, row-major [T, T], 1 if a key may be read; all 1 if everything is switched off. */
export const cellsByRules = (expression: Expression, T: number): Uint8Array =>
  Uint8Array.from(
    { length: T * T },
    (_, i) => +(cellOf(expression, Math.floor(i / T), i % T, T) ?? true),
  );

/**
 * A random mask and its number of tokens: up to `most`, often few. Its parameters are small, so that it repeats, or
 * slightly larger than its number of tokens.
 */
export const anyMask = (
  most: number,
): fc.Arbitrary<{ readonly T: number; readonly expression: Expression }> =>
  fc
    .oneof(
      fc.integer({ min: 1, max: Math.min(9, most) }),
      fc.integer({ min: 1, max: Math.min(70, most) }),
      fc.integer({ min: 1, max: most }),
    )
    .chain((T) =>
      fc.record({
        T: fc.constant(T),
        expression: fc.oneof(anyExpression(13), anyExpression(T + 5)),
      }),
    );

/** Where two rows of numbers first differ, -1 if they are equal: toEqual is slow for many. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const most = Math.max(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return -1;
}
