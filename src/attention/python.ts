/** @file An expression as one Python expression of q_idx, kv_idx and T, built from the Python of its terms. */
import { readRows } from './given';
import given from './given.py?raw';
import { rowsIn, terms, type Expression } from './expression';
import { plain } from './plain';
import { ALWAYS } from './term';

/** The Python name for the rows of a mask: a function of q_idx and kv_idx that looks them up. */
const tableOf = (content: string) => `rows_${readRows(content).name.slice(-8)}`;

/** In brackets, so that it can be an operand of & and ~. */
function written(expression: Expression): string {
  switch (expression.kind) {
    case 'term':
      return `(${terms.get(expression.term).python(expression.numbers)})`;
    case 'rows':
      return `${tableOf(expression.content)}(q_idx, kv_idx)`;
    case 'not':
      return `~${written(expression.of)}`;
    case 'and':
    case 'or':
      return `(${expression.of.map(written).join(expression.kind === 'and' ? ' & ' : ' | ')})`;
  }
}

/** The lines of `return …`, one part of the outermost chain per line. */
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

/**
 * Code that must precede rules with given rows: how they are read, and a table of each. `tensor` makes an array of the
 * library from a list of rows, and `beside` moves it to the device of its indices. Empty if there are none.
 */
export function tableLines(
  expressions: readonly Expression[],
  { tensor, beside = (table) => table }: { tensor: string; beside?: (table: string) => string },
): readonly string[] {
  const contents = [...new Set(expressions.flatMap((one) => rowsIn(plain(one) ?? one)))];
  if (contents.length === 0) return [];
  return [
    ...given.trimEnd().split('\n'),
    '',
    '',
    'def table(text):',
    `    cells = ${tensor}(given(text))`,
    '    last = len(cells) - 1  # beyond its rows and keys nothing is read',
    '    return lambda q_idx, kv_idx: (',
    '        (q_idx <= last)',
    '        & (kv_idx <= last)',
    `        & ${beside('cells')}[q_idx.clip(max=last), kv_idx.clip(max=last)]`,
    '    )',
    '',
    '',
    ...contents.map((content) => `${tableOf(content)} = table('${content}')`),
    '',
  ];
}
