/** @file Masks whose numbers count tokens of the text, in the columns of a batch, where padding may come first. */
import { maskOf, or, rowsOf, term, type Expression } from '../../attention/expression';
import { MAX_NUMBERS } from '../../attention/parse';
import { writeRows } from '../../attention/writeRows';

/** The size of the mask, and the tokens of padding before the text. */
export interface InBatch {
  readonly left: number;
  /** Where further documents begin, in columns. */
  readonly begins?: readonly number[];
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
  if (at.left === 0 && !at.begins?.length) return expression;
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

/** Positions, and with them chunks, are counted from the beginning of each document. */
function chunksFrom({ left, begins = [], queries, keys }: InBatch, size: number): Expression {
  if (begins.length === 0 && left % size === 0) return term('chunk', size);
  const ends = [...begins, keys];
  const borders = [left, ...begins].flatMap((from, document) =>
    Array.from(
      { length: Math.ceil(Math.max(0, ends[document]! - from) / size) },
      (_, chunk) => from + chunk * size,
    ),
  );
  return documentsAt(borders, { queries, keys });
}

/** Spans read one another where a text reads only what comes before: a window still ends them, as in Gemma 3. */
export function bothWays(
  expression: Expression,
  spans: readonly (readonly [number, number])[],
): Expression {
  if (expression.kind === 'and' || expression.kind === 'or')
    return { ...expression, of: expression.of.map((one) => bothWays(one, spans)) };
  return expression.kind === 'term' && expression.term === 'causal' && !expression.off
    ? or(expression, ...spans.map(([from, to]) => term('span', from, to - 1)))
    : expression;
}

/** Documents as a term, or as rows if they are too many for one. */
export function documentsAt(
  begins: readonly number[],
  { queries, keys }: Pick<InBatch, 'queries' | 'keys'>,
): Expression {
  const documents = term('documents', ...begins.filter((at) => at > 0));
  return begins.length <= MAX_NUMBERS / 2 // a written mask has a limit, too
    ? documents
    : rowsOf(writeRows(maskOf(documents, keys, queries)));
}

/** Whether padding is among its terms: then its numbers are columns. */
export const namesPadding = (expression: Expression): boolean => names('padding', expression);

/** Whether a term is in it, and not switched off. */
export function names(id: string, expression: Expression): boolean {
  if (expression.off || expression.kind === 'rows') return false;
  if (expression.kind === 'term') return expression.term === id;
  return expression.kind === 'not'
    ? names(id, expression.of)
    : expression.of.some((one) => names(id, one));
}
