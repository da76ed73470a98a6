/** @file What an expression says of itself, so that a mask can be held against what it is meant to be. */
import type { Expression } from './expression';
import type { Declared } from './lint';

/** The parts that must all hold. */
function parts(expression: Expression): readonly Expression[] {
  if (expression.off) return [];
  return expression.kind === 'and' ? expression.of.flatMap(parts) : [expression];
}

/** What an expression over T tokens declares; what it does not say plainly is left open. */
export function declaredOf(expression: Expression, T: number): Declared {
  const declared: { -readonly [K in keyof Declared]: Declared[K] } = {};
  const kept: number[] = [];
  const spans: (readonly [number, number])[] = [];
  for (const part of parts(expression)) {
    const any = part.kind === 'or' ? part.of.filter(({ off }) => !off) : [part];
    const terms = any.filter((one) => one.kind === 'term');
    if (terms.length < any.length && part.kind === 'or') continue; // it says something else than these words can
    for (const one of terms) {
      const [first = 0, second = 0] = one.numbers;
      switch (one.term) {
        case 'causal':
          if (
            any.every(
              ({ kind, ...rest }) =>
                kind === 'term' && ['causal', 'prefix'].includes('term' in rest ? rest.term : ''),
            )
          )
            declared.causal = true;
          break;
        case 'prefix':
          spans.push([0, Math.min(T, first)]);
          break;
        case 'window':
          declared.window = first;
          break;
        case 'sink':
          kept.push(...Array.from({ length: Math.min(T, first) }, (_, k) => k));
          break;
        case 'global':
          kept.push(...one.numbers);
          break;
        case 'chunk':
          if (any.length === 1) declared.chunk = first;
          break;
        case 'documents':
          if (any.length === 1) declared.documents = one.numbers;
          break;
        case 'exact':
          // Rounded out to a chunk's border: no window of one length.
          delete declared.window;
          break;
        default:
          void second;
      }
    }
    // A window that other terms widen is no window of W.
    if (
      any.length > 1 &&
      any.some(
        (one) =>
          one.kind === 'term' &&
          ['dilated', 'chunk', 'summaries', 'exact', 'ahead'].includes(one.term),
      )
    )
      delete declared.window;
    if (
      part.kind === 'not' &&
      part.of.kind === 'term' &&
      part.of.term === 'padding' &&
      !part.of.off
    ) {
      const [left = 0, right = 0] = part.of.numbers;
      if (left > 0) declared.start = left;
      if (right > 0) declared.length = T - right;
    }
  }
  if (kept.length > 0) declared.kept = kept;
  if (spans.length > 0) declared.spans = spans;
  return declared;
}

/** Of a stack: what all layers say, and each layer's own window. */
export function declaredOfStack(expressions: readonly Expression[], T: number): Declared {
  const all = expressions.map((expression) => declaredOf(expression, T));
  const [first, ...others] = all;
  if (!first || others.length === 0) return first ?? {};
  const agreed = Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((one) => JSON.stringify(one[name as keyof Declared]) === JSON.stringify(value)),
    ),
  ) as Declared;
  const windows = all.map(({ window }) => (typeof window === 'number' ? window : undefined));
  if (windows.every((window) => window === undefined)) return agreed;
  return {
    ...agreed,
    window: windows,
    layers: windows.map((window) => (window === undefined ? 'global' : 'local')),
  };
}
