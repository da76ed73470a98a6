/** @file What every list of tokens implies (implied.ts): its mask as terms or rows, and sentences about it. */
import { check } from '../../core/check';
import { formatInteger } from '../../core/numbers';
import { and, not, rowsOf, term, type Expression } from '../../attention/expression';
import { MAX_NUMBERS } from '../../attention/parse';
import { writeRows } from '../../attention/writeRows';
import { MAX_TOKENS, type Mask } from '../../attention/mask';
import { intersect, run } from '../../attention/runs';
import { everything } from './families';

export interface Implied {
  readonly T: number; // keys
  readonly queries?: number;
  readonly expression: Expression;
  /** Tokens of padding before and after the text, if no terms say it. */
  readonly padding?: { readonly left: number; readonly right: number };
  /** A description, in sentences. */
  readonly says: string;
}

/** How to read lists: whether tokens read only what is before them, which value is padding, tokens per block. */
export interface Read {
  readonly causal: boolean;
  readonly blocked: boolean; // 1 is padding
  readonly block: number;
}

const causal = term('causal');

/** Documents and padding as terms, or as explicit rows if there are too many for one term. */
export function asTerms(
  T: number,
  begins: readonly number[],
  { left, right }: { left: number; right: number },
  read: Read,
): Expression {
  const parts = [
    ...(read.causal ? [causal] : []),
    ...(begins.length > 0 ? [term('documents', ...begins)] : []),
    ...(left + right > 0 ? [not(term('padding', left, right))] : []),
  ];
  if (begins.length > MAX_NUMBERS) return asRows(T, begins, left, right, read);
  return parts.length === 0 ? everything : parts.length === 1 ? parts[0]! : and(...parts);
}

function asRows(T: number, begins: readonly number[], left: number, right: number, read: Read) {
  const starts = [0, ...begins, T];
  const document = new Int32Array(T);
  starts.slice(1).forEach((to, d) => document.fill(d, starts[d], to));
  const mask: Mask = {
    queries: T,
    keys: T,
    row: (q) =>
      intersect(
        run(starts[document[q]!]!, read.causal ? q + 1 : starts[document[q]! + 1]!),
        run(left, T - right),
      ),
  };
  return rowsOf(writeRows(mask));
}

export function checkTokens(T: number): void {
  check(
    T >= 2 && T <= MAX_TOKENS,
    `there are ${T} tokens; masks of 2 to ${formatInteger(MAX_TOKENS)} can be shown`,
  );
}

export const reads = ({ causal: before }: Read) =>
  before
    ? 'Each token reads what is before it, as a decoder does; say so if it is an encoder'
    : 'Each token reads all others, as in an encoder';

export const tokens = (n: number) => `${n} ${n === 1 ? 'token' : 'tokens'}`;

export const sayDocuments = (begins: readonly number[]) =>
  begins.length === 0
    ? 'one document'
    : `${begins.length + 1} documents; further ones begin at ${begins.slice(0, 6).join(', ')}${begins.length > 6 ? ', …' : ''}`;
