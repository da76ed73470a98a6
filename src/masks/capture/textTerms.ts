/** @file Masks whose numbers count tokens of the text, in the columns of a batch, where padding may come first. */
import { maskOf, rowsOf, term, type Expression } from '../../attention/expression';
import { MAX_NUMBERS } from '../../attention/parse';
import { writeRows } from '../../attention/writeRows';

/** The size of the mask, and the tokens of padding before the text. */
export interface InBatch {
  readonly left: number;
  readonly queries: number;
  readonly keys: number;
}

/** How the numbers of a term change if `left` tokens come before the text, by the id of the term. */
const MOVED: Record<string, (numbers: readonly number[], left: number) => readonly number[]> = {
  // With the padding blocked, these are the first tokens of the text.
  sink: ([n], left) => [n! + left],
  prefix: ([n], left) => [n! + left],
  span: all,
  documents: all,
  global: all,
  tree: all,
  cells: all,
};

function all(numbers: readonly number[], left: number) {
  return numbers.map((one) => one + left);
}

/**
 * The same mask, counted from the first column. Terms of distances stay; chunks become documents, since no term begins
 * chunks elsewhere; summaries of chunks stay, since models count those from the first column too. Rows are those of the
 * batch. Padding itself is not blocked here.
 */
export function fromFirstColumn(expression: Expression, at: InBatch): Expression {
  if (at.left === 0) return expression;
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { ...expression, of: expression.of.map((one) => fromFirstColumn(one, at)) };
    case 'not':
      return { ...expression, of: fromFirstColumn(expression.of, at) };
    case 'rows':
      return expression;
    case 'term': {
      const { term: id, numbers } = expression;
      if (id === 'chunk') return { ...chunksFrom(at, numbers[0]!), ...offOf(expression) };
      const moved = MOVED[id];
      return moved ? { ...expression, numbers: moved(numbers, at.left) } : expression;
    }
  }
}

const offOf = ({ off }: Expression) => (off === undefined ? {} : { off });

function chunksFrom({ left, queries, keys }: InBatch, size: number): Expression {
  if (left % size === 0) return term('chunk', size);
  const borders: number[] = [];
  for (let at = left; at < keys; at += size) borders.push(at);
  const documents = term('documents', ...borders);
  return borders.length <= MAX_NUMBERS / 2 // a written mask has a limit, too
    ? documents
    : rowsOf(writeRows(maskOf(documents, keys, queries)));
}

/** Whether padding is among its terms: then its numbers are columns. */
export function namesPadding(expression: Expression): boolean {
  if (expression.off) return false;
  if (expression.kind === 'term') return expression.term === 'padding';
  if (expression.kind === 'rows') return false;
  return expression.kind === 'not' ? namesPadding(expression.of) : expression.of.some(namesPadding);
}
