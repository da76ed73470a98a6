/**
 * @file Padding rows that would read nothing, and were opened so that softmax has something to divide by: to every key,
 * as in transformers, or to themselves. Here are the expression for it and the detection of such rows in a mask.
 */
import { and, or, term, type Expression } from '../attention/expression';
import { positionOf, type Mask } from '../attention/mask';
import { count, equal, has, intersect, NONE, run, union, type Runs } from '../attention/runs';
import type { Declared } from './subject';

export type Repair = 'everything' | 'themselves';

/** Tokens of padding whose rows were opened: the first `left`, the last `right`. */
export interface Opening {
  readonly to: Repair;
  readonly left: number;
  readonly right: number;
}

const themselves = () => and(term('causal'), term('window', 1));

/** A mask with dead rows, and these rows opened. */
export function repairedBy(
  core: Expression,
  keys: number,
  { to, left, right }: Opening,
): Expression {
  if (to === 'themselves') return or(core, themselves());
  const rows = (from: number, end: number) =>
    end > from ? [term('cells', from, end - 1, 0, keys - 1)] : [];
  return or(core, ...rows(0, left), ...rows(keys - right, keys));
}

/** Whether the part opens rows of a mask with padding. */
function opens(part: Expression, keys: number): Repair | undefined {
  if (part.off) return undefined;
  if (part.kind === 'and') {
    const [a, b, ...more] = part.of;
    const one = (of: Expression | undefined, id: string) =>
      of?.kind === 'term' && of.term === id && !of.off && (id === 'causal' || of.numbers[0] === 1);
    return more.length === 0 && one(a, 'causal') && one(b, 'window') ? 'themselves' : undefined;
  }
  if (part.kind !== 'term' || part.term !== 'cells') return undefined;
  const [from, to, first, last] = part.numbers as [number, number, number, number];
  return first === 0 && last >= keys - 1 && from <= to && (from === 0 || to >= keys - 1)
    ? 'everything'
    : undefined;
}

const isPadded = (part: Expression): boolean =>
  part.kind === 'and' &&
  !part.off &&
  part.of.some((one) => one.kind === 'not' && one.of.kind === 'term' && one.of.term === 'padding');

/** The expression apart from the opening of padding rows, and how those were opened; undefined if it opens none. */
export function openingIn(
  expression: Expression,
  keys: number,
): { readonly core: Expression; readonly to: Repair } | undefined {
  if (expression.kind !== 'or' || expression.off) return undefined;
  const [core, ...parts] = expression.of;
  const [to, ...more] = parts.map((part) => opens(part, keys));
  return core && to && more.every((one) => one === to) && isPadded(core) ? { core, to } : undefined;
}

/** The expression apart from the opening of padding rows. */
export const coreOf = (expression: Expression, keys: number): Expression =>
  openingIn(expression, keys)?.core ?? expression;

/** Keys that a row opened to all may lack, unless there are only a few keys. */
const WRONG = 1;
const FEW_KEYS = 16;

/** The keys that such an opened row reads. */
export const opened = (to: Repair, position: number, keys: number): Runs =>
  to === 'everything' ? run(0, keys) : run(position, position + 1);

/** Whether a padding row reads everything, apart from a wrong cell, or only itself. A row of one key says nothing. */
function openedTo(row: Runs, position: number, keys: number): Repair | undefined {
  if (keys < 2) return undefined;
  if (has(row, position) && count(row) >= keys - (keys > FEW_KEYS ? WRONG : 0)) return 'everything';
  return equal(row, opened('themselves', position, keys)) ? 'themselves' : undefined;
}

/** Padding queries, as declared, whose rows were opened, all in the same way. */
export interface OpenedRows {
  readonly to: Repair;
  readonly queries: readonly number[];
  /** The number of text queries that read padding; if they are few, they are wrong. */
  readonly readers: number;
}

/** One in this many text queries may read padding, and it still counts as padding. */
const ONE_OF = 4;

/**
 * Padding rows that read everything or, if there are none, those that read only themselves. Undefined if the text
 * reads those tokens: to that mask they are not padding.
 */
export function openedRows(
  mask: Mask,
  { start = 0, length = Infinity, causal = false }: Declared,
): OpenedRows | undefined {
  const { queries, keys } = mask;
  if (queries > keys || (start === 0 && length >= keys)) return undefined;
  const found: Record<Repair, number[]> = { everything: [], themselves: [] };
  const padding = union(run(0, start), run(Math.min(length, keys), keys));
  let [read, readers, real] = [NONE, 0, 0]; // padding, read by the text
  for (let q = 0; q < queries; q++) {
    const position = positionOf(mask, q);
    const row = mask.row(q);
    if (position < start || position >= length) {
      const to = openedTo(row, position, keys);
      if (to) found[to].push(q);
      continue;
    }
    real++;
    const more = intersect(row, padding);
    if (more.length === 0) continue;
    readers++;
    read = union(read, more);
  }
  if (ONE_OF * readers <= real) read = NONE;
  for (const to of ['everything', 'themselves'] as const) {
    const rows = found[to].filter((q) => !has(read, positionOf(mask, q)));
    // The last row of a causal mask reads everything anyway.
    const last = causal && rows.length === 1 && positionOf(mask, rows[0]!) === keys - 1;
    if (rows.length > 0 && !(to === 'everything' && last)) return { to, queries: rows, readers };
  }
  return undefined;
}

/** The mask with other rows for these queries. */
export function withRows(
  mask: Mask,
  queries: readonly number[],
  rowAt: (position: number, row: Runs) => Runs,
): Mask {
  const own = new Set(queries);
  return {
    ...mask,
    row: (q) => (own.has(q) ? rowAt(positionOf(mask, q), mask.row(q)) : mask.row(q)),
  };
}
