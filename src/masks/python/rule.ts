/**
 * @file An expression as one Python expression of q_idx, kv_idx and T, term by term.
 *
 * Only comparisons, arithmetic and & | ~ are used, so it is the same for FlexAttention's scalars, PyTorch, JAX and NumPy.
 * // rounds down, below 0 too.
 */
import type { Expression } from '../../attention/expression';
import { plain } from './plain';

/** Every term, as code; tested against its rows. */
export const PYTHON: Readonly<Record<string, (numbers: readonly number[]) => string>> = {
  causal: () => 'kv_idx <= q_idx',
  window: ([W]) => `q_idx - kv_idx < ${W}`,
  ahead: ([W]) => `kv_idx - q_idx >= ${W}`,
  sink: ([n]) => `kv_idx < ${n}`,
  chunk: ([C]) => `q_idx // ${C} == kv_idx // ${C}`,
  prefix: ([n]) => `(q_idx < ${n}) & (kv_idx < ${n})`,
  // Of one document is who stands on the same side of every border.
  documents: (begins) =>
    rising(begins)
      .map((at) => `((q_idx >= ${at}) == (kv_idx >= ${at}))`)
      .join(' & ') || ALWAYS,
  padding: ([left, right]) => `(kv_idx < ${left}) | (kv_idx >= T - ${right})`,
  dilated: ([step]) => `(q_idx - kv_idx) % ${step} == 0`,
  global: (tokens) =>
    rising(tokens)
      .map((token) => `(q_idx == ${token}) | (kv_idx == ${token})`)
      .join(' | ') || 'kv_idx < 0',
  // The border C floor((q - W + 1) / C) is below 0 where the window reaches the start.
  exact: ([W, C]) => `kv_idx >= (q_idx - ${W! - 1}) // ${C} * ${C}`,
  summaries: ([W, C]) => `kv_idx < (q_idx - ${W! - 1}) // ${C} * ${C}`,
};

const ALWAYS = 'kv_idx >= 0';
const rising = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

/** In brackets, so that it can stand beside & and after ~. */
function written(expression: Expression): string {
  switch (expression.kind) {
    case 'term':
      return `(${PYTHON[expression.term]!(expression.numbers)})`;
    case 'not':
      return `~${written(expression.of)}`;
    case 'and':
    case 'or':
      return `(${expression.of.map(written).join(expression.kind === 'and' ? ' & ' : ' | ')})`;
  }
}

/** The lines of `return …`, a part of the outermost chain on each. */
export function ruleLines(expression: Expression): readonly string[] {
  const whole = plain(expression);
  if (!whole) return [`return ${ALWAYS}`];
  if (whole.kind !== 'and' && whole.kind !== 'or') return [`return ${written(whole)}`];
  const sign = whole.kind === 'and' ? '&' : '|';
  return [
    'return (',
    ...whole.of.map((one, i) => `    ${i > 0 ? `${sign} ` : ''}${written(one)}`),
    ')',
  ];
}
