/** @file The mask that lists of tokens imply: padding, documents, positions, lengths, block tables. */
import { check } from '../../core/check';
import { listed } from '../../core/numbers';
import { rowsOf } from '../../attention/expression';
import { writeRows } from '../../attention/writeRows';
import type { Mask } from '../../attention/mask';
import { intersect, NONE, run, union, type Runs } from '../../attention/runs';
import { paddedPositions, rowsIn, type Form } from './forms';
import type { Tensor } from './matrix';
import {
  type Implied,
  type Read,
  asTerms,
  checkTokens,
  reads,
  tokens,
  sayDocuments,
} from './impliedTerms';
import { summed, ofLengths } from './impliedLengths';
import { ofBlocks } from './impliedBlocks';

/** The number of texts in such a list: one for lengths, however many documents; otherwise one per row. */
export const textsOf = ({ shape }: Tensor, form: Form): number =>
  form === 'lengths' || form === 'blocks' || shape.length === 1 ? 1 : shape[0]!;

export function impliedBy(
  tensor: Tensor,
  form: Form,
  text: number,
  read: Read,
  others: readonly Tensor[] = [],
): Implied {
  const rows = rowsIn(tensor);
  const row = rows[text];
  check(row, `text ${text} was picked; there are ${rows.length}`);
  switch (form) {
    case 'padding':
      return ofPadding(row, text, read);
    case 'segments':
      return ofSegments(row, text, read);
    case 'positions':
      return ofPositions(row, text, read);
    case 'lengths':
      return ofLengths(summed(rows.flat(), tensor.name), read, others, tensor.name);
    case 'blocks':
      return ofBlocks(rows, read, others);
    default:
      throw new Error(`${form} is a mask itself`);
  }
}

const named = (text: number) => `Text ${text}`;

function sayPadding(left: number, right: number, T: number): string {
  if (left + right === 0) return `all ${T} tokens are text`;
  const sides = [
    ...(left > 0 ? [`${tokens(left)} of padding on the left`] : []),
    ...(right > 0 ? [`${tokens(right)} on the right${left > 0 ? '' : ' are padding'}`] : []),
  ];
  return `${listed(sides)}, of ${T}`;
}

function ofPadding(given: readonly number[], text: number, read: Read): Implied {
  const row = read.blocked ? given.map((one) => (one === 0 ? 1 : 0)) : given;
  const T = row.length;
  checkTokens(T);
  const from = row.findIndex((one) => one !== 0);
  const to = row.findLastIndex((one) => one !== 0);
  if (from < 0)
    return {
      T,
      expression: asTerms(T, [], { left: T, right: 0 }, read),
      says: `${named(text)}: all ${T} tokens are padding. ${reads(read)}.`,
    };
  const holes = row.slice(from, to + 1).filter((one) => one === 0).length;
  const [left, right] = [from, T - 1 - to];
  if (holes === 0)
    return {
      T,
      expression: asTerms(T, [], { left, right }, read),
      says: `${named(text)}: ${sayPadding(left, right, T)}. ${reads(read)}.`,
    };
  const keys = row.reduce<Runs>(
    (runs, one, k) => (one === 0 ? runs : union(runs, run(k, k + 1))),
    NONE,
  );
  const mask: Mask = {
    queries: T,
    keys: T,
    row: (q) => (read.causal ? intersect(keys, run(0, q + 1)) : keys),
  };
  return {
    T,
    expression: rowsOf(writeRows(mask)),
    padding: { left, right },
    says: `${named(text)}: ${sayPadding(left, right, T)}, and ${tokens(holes)} inside the text are blocked too. ${reads(read)}.`,
  };
}

function ofSegments(row: readonly number[], text: number, read: Read): Implied {
  const T = row.length;
  checkTokens(T);
  // Padding is negative, or 0 at the end if documents are counted from 1.
  const zeros = row.at(-1) === 0 && row[0]! > 0;
  const padding = (one: number) => one < 0 || (one === 0 && zeros);
  const from = row.findIndex((one) => !padding(one));
  const to = row.findLastIndex((one) => !padding(one));
  const [left, right] = from < 0 ? [0, 0] : [from, T - 1 - to];
  const begins: number[] = [];
  for (let t = left + 1; t < T - right; t++) if (row[t] !== row[t - 1]) begins.push(t);
  return {
    T,
    expression: asTerms(T, begins, { left, right }, read),
    says: `${named(text)}: ${sayDocuments(begins)}; ${sayPadding(left, right, T)}. ${reads(read)}.`,
  };
}

function ofPositions(row: readonly number[], text: number, read: Read): Implied {
  const T = row.length;
  checkTokens(T);
  const { left, right } = paddedPositions(row);
  const begins: number[] = [];
  for (let t = left + 1; t < T - right; t++) if (row[t] !== row[t - 1]! + 1) begins.push(t);
  return {
    T,
    expression: asTerms(T, begins, { left, right }, read),
    says: `${named(text)}: positions begin again ${begins.length === 0 ? 'nowhere' : `${begins.length} ${begins.length === 1 ? 'time' : 'times'}`}, so it is ${sayDocuments(begins)}; ${sayPadding(left, right, T)}. Positions alone keep no documents apart: this is the mask they imply where the library reads it off them. ${reads(read)}.`,
  };
}
