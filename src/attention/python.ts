/** @file An expression as one Python expression of q_idx, kv_idx and T, out of the Python of its terms. */
import { terms, type Expression } from './expression';
import { plain } from './plain';
import { ALWAYS } from './term';

/** In brackets, so that it can stand beside & and after ~. */
function written(expression: Expression): string {
  switch (expression.kind) {
    case 'term':
      return `(${terms.get(expression.term).python(expression.numbers)})`;
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
