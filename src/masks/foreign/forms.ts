/**
 * @file Forms of arrays that imply a mask without being one: which tokens are padding, where documents begin, which
 * cache blocks a text has. The form follows from the array's name, or is guessed from its numbers, with a reason.
 */
import { sizeOf, type Tensor } from './matrix';

export const FORMS = {
  mask: 'a mask, queries × keys',
  weights: 'attention weights, queries × keys',
  padding: 'which tokens are text, texts × tokens',
  segments: 'the document of each token',
  positions: 'the position of each token',
  lengths: 'where documents begin, cu_seqlens, or how long they are',
  blocks: 'a block table, texts × blocks',
} as const;
export type Form = keyof typeof FORMS;

export interface Formed {
  readonly form: Form;
  readonly sure: boolean;
  /** A clause without a full stop. */
  readonly because: string;
  /** The other forms that the user can choose for it. */
  readonly others: readonly Form[];
}

const NAMES: readonly (readonly [RegExp, Form])[] = [
  [/cu_?seq_?lens|indptr|cu_doc_?lens/i, 'lengths'],
  [/(segment|document|doc|sequence|sample|seq)_?(ids?|idx)/i, 'segments'],
  [/^(.*: )?(seq|context|kv)_?lens?$/i, 'lengths'],
  [/position_?ids?/i, 'positions'],
  [/block_?tables?/i, 'blocks'],
];

/** The rows of an array of one or two axes. */
export function rowsIn({ shape, strides, number }: Tensor): readonly (readonly number[])[] {
  const [rows, count] = shape.length === 1 ? [1, shape[0]!] : (shape as [number, number]);
  const [down, across] = shape.length === 1 ? [0, strides[0]!] : [strides[0]!, strides[1]!];
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: count }, (_, i) => number(r * down + i * across)),
  );
}

const ROWS_OF_MASK = 'its rows are those of a mask';

/** With more numbers than this, an array is a mask, whatever it holds: lists of tokens are shorter. */
const MAX_NUMBERS = 2 ** 22;

export function formOf(tensor: Tensor): Formed {
  const { shape, kind, name = '' } = tensor;
  if (shape.length > 2)
    return areWeights(tensor)
      ? { form: 'weights', ...WEIGHTS, others: ['mask'] }
      : { form: 'mask', sure: true, because: `it has ${shape.length} axes`, others: ['weights'] };
  const named = NAMES.find(([words]) => words.test(name))?.[1];
  const listed: readonly Form[] = ['padding', 'segments', 'positions', 'lengths', 'blocks'];
  const others = (form: Form): readonly Form[] =>
    (shape.length === 1 ? listed.filter((one) => one !== 'blocks') : ['mask' as const, ...listed])
      .filter((one) => one !== form)
      .filter((one) => one !== 'lengths' || sizeOf(shape) === Math.max(...shape));
  const found = (form: Form, sure: boolean, because: string): Formed => ({
    form,
    sure,
    because,
    others: others(form),
  });
  const whole = kind !== 'float' && sizeOf(shape) <= MAX_NUMBERS;
  if (named && whole) return found(named, true, `it is called '${name}'`);
  if (kind === 'float')
    return areWeights(tensor)
      ? found('weights', true, WEIGHTS.because)
      : shape.length === 1
        ? found('padding', false, 'it is one list')
        : found('mask', true, 'its numbers are not whole');
  if (!whole) return found('mask', true, 'it is too large for a list of tokens');
  // An array with as many texts as tokens is never read as texts, so a large square need not be copied to check.
  const [across, down] = shape;
  if (across === down && down! > 1 && tensor.bytes?.every((one) => one < 2))
    return found('mask', true, ROWS_OF_MASK);
  const rows = rowsIn(tensor);
  return shape.length === 1 ? ofList(rows[0]!, found) : ofRows(tensor, rows, found);
}

type Make = (form: Form, sure: boolean, because: string) => Formed;

const isBinary = (row: readonly number[]) => row.every((one) => one === 0 || one === 1);

function ofList(row: readonly number[], found: Make): Formed {
  if (isBinary(row) && row.length > 2)
    return found('padding', false, 'it is one list of 0 and 1, one for each token');
  if (arePositions(row))
    return found('positions', true, 'its numbers rise by one, and begin again at 0');
  const rising = row.every((one, i) => i === 0 || one >= row[i - 1]!);
  if (rising && row[0] === 0 && row.at(-1)! >= row.length)
    return found(
      'lengths',
      true,
      `it rises from 0 to ${row.at(-1)}, which is more than its ${row.length} numbers`,
    );
  return found(
    'segments',
    false,
    'its numbers stay the same for a while, as those of documents do',
  );
}

function ofRows(
  { shape, name = '', kind }: Tensor,
  rows: readonly (readonly number[])[],
  found: Make,
) {
  const [texts, tokens] = shape as [number, number];
  if (rows.every(isBinary)) {
    const named = /attention_?mask$|padding_mask$/i.test(name);
    // A text whose row was lost still belongs to a batch, if the name says that this is a batch.
    const fits =
      rows.every((row) => isText(row) || (named && !row.includes(1))) &&
      rows.some(isText) &&
      !isStaggered(rows);
    const square = texts === tokens;
    if (named && fits && (!square || texts === 1))
      return found(
        'padding',
        true,
        `it is called '${name}', and each of its rows is one run of 1, as texts with padding are`,
      );
    const alike = rows.every((row) => row.every((one, i) => one === rows[0]![i]));
    const likely = kind === 'integer' ? !(alike && texts > tokens) : !alike && !isDecoding(rows);
    if (fits && !square && tokens > 2 && likely)
      return found(
        'padding',
        false,
        'each of its rows is one run of 1, as texts with padding are, and as a mask its queries would read the future, or not themselves',
      );
    return found('mask', true, ROWS_OF_MASK);
  }
  if (rows.every(arePositions))
    return found('positions', true, 'in each row its numbers rise by one, and begin again at 0');
  if (texts < tokens && rows.every(areSegments))
    return found(
      'segments',
      true,
      'in each row its numbers stay the same for a while, and do not come back',
    );
  return found('mask', true, ROWS_OF_MASK);
}

/** One run of 1, of at least one token. */
function isText(row: readonly number[]): boolean {
  const [from, to] = [row.indexOf(1), row.lastIndexOf(1)];
  if (from < 0 || (from > 0 && to < row.length - 1)) return false;
  return row.slice(from, to + 1).every((one) => one === 1);
}

/** Share of rows that may be wrong before they no longer count as queries. */
const WRONG_ROWS = 0.25;

/** Whether each row reads its own token, the last row at the last key, and nothing after it. A few may be wrong. */
function isDecoding(rows: readonly (readonly number[])[]): boolean {
  const others = rows.filter((row, q) => row.lastIndexOf(1) !== row.length - rows.length + q);
  return others.length <= WRONG_ROWS * rows.length;
}

/**
 * Each row ends, or begins, one token after the one above it: consecutive queries. If there are more of them than
 * tokens, the rest end at the last token.
 */
function isStaggered(rows: readonly (readonly number[])[]): boolean {
  if (rows.length < 2) return false;
  const last = rows.length > rows[0]!.length ? rows[0]!.length - 1 : Infinity;
  const by = (at: (row: readonly number[]) => number) =>
    rows.every((row, i) => i === 0 || at(row) === Math.min(last, at(rows[i - 1]!) + 1));
  return by((row) => row.lastIndexOf(1)) || by((row) => row.indexOf(1));
}

/** 0, 1, 2, 0, 1, …; padding on the left or right may repeat one number. */
function arePositions(row: readonly number[]): boolean {
  const { left, right } = paddedPositions(row);
  const text = row.slice(left, row.length - right);
  return (
    text.length > 1 &&
    text[0] === 0 &&
    text.some((one) => one > 0) &&
    text.every((one, i) => i === 0 || one === text[i - 1]! + 1 || one === 0)
  );
}

/** Tokens at both ends that have no position of their own. */
export function paddedPositions(row: readonly number[]): { left: number; right: number } {
  let left = 0;
  while (left < row.length && row[left] === row[0]) left++;
  // 0, 1, 2: no padding; 0, 0, 0, 1: the last 0 is the first token; 1, 1, 0, 1: both leading 1s are padding.
  left = row[left] === row[0]! + 1 ? left - 1 : left;
  if (left === row.length) return { left: 0, right: 0 };
  let right = 0;
  const last = row.at(-1)!;
  while (right < row.length && row[row.length - 1 - right] === last) right++;
  return { left, right: right > 1 ? right - Number(row.at(-right - 1) === last - 1) : 0 };
}

/** Numbers that stay the same for a while and do not come back, except the one for padding. */
function areSegments(row: readonly number[]): boolean {
  const seen = new Set<number>();
  let runs = 0;
  for (let i = 0; i < row.length; i++) {
    if (i > 0 && row[i] === row[i - 1]) continue;
    runs++;
    if (seen.has(row[i]!) && row[i]! > 0) return false;
    seen.add(row[i]!);
  }
  return 2 * runs <= row.length + 1;
}

const WEIGHTS = {
  sure: true,
  because: 'its numbers lie between 0 and 1, and the rows sum to 1, as after softmax',
} as const;
/** Rows whose sums are checked. */
const ROWS = 256;

/** Softmax output: rows that sum to 1, with some numbers that are neither 0 nor 1. */
function areWeights({ shape, strides, kind, number }: Tensor): boolean {
  if (kind !== 'float' || shape.length < 2) return false;
  const [queries, keys] = shape.slice(-2) as [number, number];
  const [down, across] = strides.slice(-2) as [number, number];
  let [between, full] = [false, 0];
  const step = Math.max(1, Math.floor(queries / ROWS));
  for (let q = 0; q < queries; q += step) {
    let sum = 0;
    for (let k = 0; k < keys; k++) {
      const one = number(q * down + k * across);
      if (!(one >= 0 && one <= 1)) return false;
      between ||= one > 0 && one < 1;
      sum += one;
    }
    if (Math.abs(sum - 1) < 0.01) full++;
    else if (sum !== 0) return false; // a row without a key is all 0
  }
  return between && full > 0;
}
