/** @file An expression without its switched-off parts and groups of one: what remains to be written as code. */
import type { Expression } from './expression';

/** Undefined if everything is switched off: then everything may be read. */
export function plain(expression: Expression): Expression | undefined {
  if (expression.off) return undefined;
  switch (expression.kind) {
    case 'term':
    case 'rows':
      return expression;
    case 'not': {
      const of = plain(expression.of);
      return of && { kind: 'not', of };
    }
    case 'and':
    case 'or': {
      const { kind } = expression;
      const of = expression.of.flatMap((one) => {
        const inner = plain(one);
        if (!inner) return [];
        return inner.kind === kind ? inner.of : [inner];
      });
      return of.length < 2 ? of[0] : { kind, of };
    }
  }
}

/** Terms of a plain expression, each once, in the order they are written. */
export function termsIn(
  expression: Expression | undefined,
): readonly (Expression & { kind: 'term' })[] {
  if (!expression) return [];
  const all =
    expression.kind === 'term'
      ? [expression]
      : expression.kind === 'rows'
        ? []
        : expression.kind === 'not'
          ? termsIn(expression.of)
          : expression.of.flatMap(termsIn);
  const key = ({ term, numbers }: Expression & { kind: 'term' }) => `${term} ${numbers.join()}`;
  return all.filter((one, i) => all.findIndex((other) => key(other) === key(one)) === i);
}

/** What a backend with one interval per query accepts: keys query - left … query + right; -1 means no limit. */
export interface Interval {
  readonly causal: boolean;
  readonly left: number;
  readonly right: number;
  /** Tokens per chunk, if the query reads only its own chunk. */
  readonly chunk?: number;
}

/** The interval an expression describes, if it is one: causal, window(W), !ahead(W) and chunk(C), joined by &. */
export function intervalOf(expression: Expression): Interval | undefined {
  const whole = plain(expression);
  const parts = !whole ? [] : whole.kind === 'and' ? whole.of : [whole];
  let [causal, left, right] = [false, Infinity, Infinity];
  let chunk: number | undefined;
  for (const part of parts) {
    if (part.kind === 'term' && part.term === 'causal') causal = true;
    else if (part.kind === 'term' && part.term === 'window')
      left = Math.min(left, part.numbers[0]! - 1);
    else if (part.kind === 'term' && part.term === 'chunk' && chunk === undefined)
      chunk = part.numbers[0]!;
    else if (part.kind === 'not' && part.of.kind === 'term' && part.of.term === 'ahead')
      right = Math.min(right, part.of.numbers[0]! - 1);
    else return undefined;
  }
  const limit = (tokens: number) => (tokens === Infinity ? -1 : tokens);
  return {
    causal,
    left: limit(left),
    right: causal ? 0 : limit(right),
    ...(chunk !== undefined && { chunk }),
  };
}
