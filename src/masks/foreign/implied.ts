/** @file The mask that lists of tokens imply: padding, documents, positions, lengths, block tables. */
import { check } from '../../core/check';
import { and, not, rowsOf, term, type Expression } from '../../attention/expression';
import { MAX_NUMBERS } from '../../attention/expression';
import { writeRows } from '../../attention/given';
import { MAX_TOKENS, type Mask } from '../../attention/mask';
import { intersect, NONE, run, union, type Runs } from '../../attention/runs';
import { everything } from './families';
import { paddedPositions, rowsIn, type Form } from './forms';
import type { Tensor } from './matrix';

export interface Implied {
  readonly T: number; // keys
  readonly queries?: number;
  readonly expression: Expression;
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

/** Documents and padding as terms, or as explicit rows if there are too many for one term. */
function asTerms(
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

function checkTokens(T: number): void {
  check(
    T >= 2 && T <= MAX_TOKENS,
    `there are ${T} tokens; masks of 2 to ${MAX_TOKENS.toLocaleString('en-US')} can be shown`,
  );
}

const reads = ({ causal: before }: Read) =>
  before
    ? 'Each token reads what is before it, as a decoder does; say so if it is an encoder'
    : 'Each token reads all others, as in an encoder';

const tokens = (n: number) => `${n} ${n === 1 ? 'token' : 'tokens'}`;

function sayPadding(left: number, right: number, T: number): string {
  if (left + right === 0) return `all ${T} tokens are text`;
  const sides = [
    ...(left > 0 ? [`${tokens(left)} of padding on the left`] : []),
    ...(right > 0 ? [`${tokens(right)} on the right${left > 0 ? '' : ' are padding'}`] : []),
  ];
  return `${sides.join(' and ')}, of ${T}`;
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
    says: `${named(text)}: ${sayPadding(left, right, T)}, and ${tokens(holes)} inside the text are blocked too. ${reads(read)}.`,
  };
}

const sayDocuments = (begins: readonly number[]) =>
  begins.length === 0
    ? 'one document'
    : `${begins.length + 1} documents; further ones begin at ${begins.slice(0, 6).join(', ')}${begins.length > 6 ? ', …' : ''}`;

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

/** Lengths of consecutive documents as start positions; a list named cumulative already holds those. */
function summed(list: readonly number[], name = ''): readonly number[] {
  if (!/(^|: )(seq|context|kv)_?lens?$/i.test(name)) return list;
  let sum = 0;
  return [0, ...list.map((length) => (sum += length))];
}

function checkLengths(list: readonly number[], name: string): void {
  check(
    list.length >= 2 &&
      list[0] === 0 &&
      list.every((one, i) => Number.isInteger(one) && (i === 0 || one >= list[i - 1]!)),
    `${name} is ${list.slice(0, 6).join(', ')}${list.length > 6 ? ', …' : ''}; it should rise from 0, and end with the number of tokens`,
  );
}

function ofLengths(
  list: readonly number[],
  read: Read,
  others: readonly Tensor[],
  name = 'cu_seqlens',
): Implied {
  checkLengths(list, name);
  const partner = others.find(
    (one) => /cu_?seq_?lens/i.test(one.name ?? '') && /_(k|kv)$/i.test(one.name ?? ''),
  );
  if (/_q$/i.test(name) && partner) {
    const keys = rowsIn(partner).flat();
    checkLengths(keys, partner.name!);
    if (keys.join() !== list.join()) return ofTwoLengths(list, keys, read);
  }
  const T = list.at(-1)!;
  checkTokens(T);
  const begins = list.slice(1, -1).filter((at, i) => at > list[i]! && at < T);
  const empty = list.slice(1).filter((at, i) => at === list[i]).length;
  return {
    T,
    expression: asTerms(T, begins, { left: 0, right: 0 }, read),
    says: `${tokens(T)} in ${sayDocuments(begins)}${empty > 0 ? `; ${empty} more ${empty === 1 ? 'is' : 'are'} empty, which some kernels do not take` : ''}. ${reads(read)}.`,
  };
}

/** Queries of each text that read its keys, the last query at the last key. */
function ofTwoLengths(q: readonly number[], k: readonly number[], read: Read): Implied {
  check(
    q.length === k.length,
    `there are ${q.length - 1} texts of queries and ${k.length - 1} of keys; each text should have both`,
  );
  const [queries, T] = [q.at(-1)!, k.at(-1)!];
  checkTokens(T);
  check(
    queries >= 1 && queries <= MAX_TOKENS,
    `there are ${queries} queries; 1 to ${MAX_TOKENS} can be shown`,
  );
  const mask: Mask = {
    queries,
    keys: T,
    row(at) {
      const text = q.findLastIndex((from) => from <= at);
      const [from, to] = [k[text]!, k[text + 1]!];
      const after = q[text + 1]! - 1 - at; // later queries of its text
      return run(from, read.causal ? Math.max(from, to - after) : to);
    },
  };
  return {
    T,
    ...(queries !== T && { queries }),
    expression: rowsOf(writeRows(mask)),
    says: `${q.length - 1} texts, of ${queries} queries and ${T} keys together; the last query of each stands at its last key. ${reads(read)}.`,
  };
}

function ofBlocks(
  rows: readonly (readonly number[])[],
  { block }: Read,
  others: readonly Tensor[],
): Implied {
  const lengths = others.find(({ name = '' }) => /^(.*: )?(seq|context|kv)_?lens?$/i.test(name));
  const long = lengths && rowsIn(lengths).flat();
  const last = Math.max(...rows.flat());
  check(
    rows.flat().every(Number.isInteger) && last >= 0,
    `the block table holds ${last}; it should have the numbers of blocks, and -1 where there is none`,
  );
  const T = (last + 1) * block;
  checkTokens(T);
  const used = rows.map((row, text) => {
    // Unused entries hold -1, or one repeated number.
    const filled = long ? Math.ceil(long[text]! / block) : countUsed(row);
    return row.slice(0, filled).filter((one) => one >= 0);
  });
  const mask: Mask = {
    queries: rows.length,
    keys: T,
    row: (text) =>
      used[text]!.reduce<Runs>((runs, one, i) => {
        const to = long ? Math.min(block, long[text]! - i * block) : block;
        return union(runs, run(one * block, one * block + to));
      }, NONE),
  };
  const readers = new Map<number, number>();
  for (const one of used)
    for (const id of new Set(one)) readers.set(id, (readers.get(id) ?? 0) + 1);
  const shared = [...readers].filter(([, texts]) => texts > 1).map(([id]) => id);
  const twice = used.findIndex((one) => new Set(one).size < one.length);
  return {
    T,
    ...(rows.length !== T && { queries: rows.length }),
    expression: rowsOf(writeRows(mask)),
    says: [
      `A block table of ${rows.length} ${rows.length === 1 ? 'text' : 'texts'}, in blocks of ${block}: row i is the newest query of text i, and keys are the slots of the cache, ${last + 1} blocks.`,
      shared.length > 0
        ? `Blocks read by more than one text: ${shared.slice(0, 8).join(', ')}, as a shared prefix is.`
        : 'No block is read by two texts.',
      ...(twice >= 0 ? [`Text ${twice} has a block twice, which overwrites itself.`] : []),
      ...(long
        ? []
        : ['Without the lengths of the texts beside it, the last block of each is taken as full.']),
    ].join(' '),
  };
}

/** Blocks before the trailing fill: -1, or 0 more than once. */
function countUsed(row: readonly number[]): number {
  const fill = row.at(-1)!;
  if (fill > 0) return row.length;
  const used = row.findLastIndex((one) => one !== fill) + 1;
  return fill < 0 || row.length - used > 1 ? used : row.length;
}
