/** @file What a matrix of numbers means as a mask: which values let through, and which known pattern is nearest. */
import { check } from '../../core/check';
import { and, maskOf, not, or, term, write, type Expression } from '../expression';
import { remembered, type Difference, type Mask } from '../mask';
import { complement, count, differ, equal, run, type Runs } from '../runs';
import type { Matrix } from './matrix';

export type Polarity = 'nonzero' | 'zero' | 'additive';

export interface Recognised {
  readonly mask: Mask;
  readonly polarity: {
    readonly allowed: Polarity;
    readonly sure: boolean;
    readonly because: string;
  };
  /** What blocked cells hold, where the mask is added to scores. */
  readonly fill?: { readonly value: number; readonly dtype: string };
  readonly nearest: { readonly expression: Expression; readonly difference: Difference };
  readonly says: string;
}

/** Below this, a number that is added to a score takes it away altogether. */
const BLOCKS = -500;

/** Throws InputError where a cell is no number. */
export function recognise(matrix: Matrix, asked?: Polarity): Recognised {
  const { queries, keys } = matrix;
  const scan = scanned(matrix);
  const additive = scan.least < BLOCKS;
  const allowed = asked ?? (additive ? 'additive' : undefined);
  if (allowed === 'additive') {
    const mask = masked(matrix, (value) => value > BLOCKS);
    return result(mask, nearestOf(mask), {
      polarity: {
        allowed,
        sure: additive,
        because: `its cells are added to scores: ${shown(scan.least)} blocks`,
      },
      fill: { value: scan.least, dtype: matrix.dtype },
    });
  }
  const open = masked(matrix, (value) => value !== 0);
  const rows = (mask: Mask): Mask =>
    remembered({ queries, keys, row: (q) => complement(mask.row(q), keys) });
  const closed = rows(open);
  const [one, other] = [nearestOf(open), nearestOf(closed)];
  const diagonal = (mask: Mask) => {
    let readable = 0;
    for (let q = 0; q < queries; q++) if (contains(mask.row(q), keys - queries + q)) readable++;
    return readable / queries;
  };
  const [mine, theirs] = [diagonal(open), diagonal(closed)];
  // A token that may not read itself is the surest sign; then the pattern that fits better.
  const flipped =
    allowed === undefined
      ? mine === theirs
        ? other.difference.cells < one.difference.cells
        : theirs > mine
      : allowed === 'zero';
  const mask = flipped ? closed : open;
  const sure = allowed !== undefined || Math.abs(mine - theirs) > 0.5;
  return result(mask, flipped ? other : one, {
    polarity: {
      allowed: flipped ? 'zero' : 'nonzero',
      sure,
      because:
        allowed !== undefined
          ? 'you said so'
          : flipped
            ? 'with 0 as "may read" tokens read themselves, with 1 they would not'
            : 'tokens then read themselves',
    },
  });
}

interface Found {
  readonly expression: Expression;
  readonly difference: Difference;
}

function result(
  mask: Mask,
  nearest: Found,
  rest: Pick<Recognised, 'polarity' | 'fill'>,
): Recognised {
  const { cells, first } = nearest.difference;
  const name = write(nearest.expression);
  const words = wordsOf(nearest.expression);
  const flipped =
    rest.polarity.allowed === 'zero' ? ' Its 1 means "blocked": it was turned over.' : '';
  const says = first
    ? `Nearest is ${words ?? name}, from which ${cells} ${cells === 1 ? 'cell differs' : 'cells differ'}, first query ${first.query}, key ${first.key}.${flipped}`
    : `This is ${words ?? name}.${flipped}`;
  return { mask, nearest, says, ...rest };
}

/** A few patterns in words. */
function wordsOf(expression: Expression): string | undefined {
  const text = write(expression);
  const window = /^causal & window\((\d+)\)$/.exec(text)?.[1];
  if (window)
    return `a causal window of ${window}, itself included: the query and ${Number(window) - 1} before`;
  if (text === 'causal') return 'plain causal: every token reads all before it, and itself';
  if (text === 'causal | ahead(1)') return 'no mask at all: every token reads every token';
  return undefined;
}

function masked({ queries, keys, at }: Matrix, open: (value: number) => boolean): Mask {
  return remembered({
    queries,
    keys,
    row(q) {
      const runs: number[] = [];
      let now = false;
      for (let k = 0; k < keys; k++)
        if (open(at(q, k)) !== now) {
          runs.push(k);
          now = !now;
        }
      if (now) runs.push(keys);
      return runs;
    },
  });
}

function scanned({ queries, keys, at }: Matrix): { readonly least: number } {
  let least = Infinity;
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      const value = at(q, k);
      check(!Number.isNaN(value), `the mask has no number (NaN) at query ${q}, key ${k}`);
      if (value < least) least = value;
    }
  return { least };
}

const shown = (value: number) => (value === -Infinity ? '-inf' : value.toPrecision(4));
const contains = (runs: Runs, key: number) =>
  runs.some((at, i) => i % 2 === 0 && at <= key && key < runs[i + 1]!);

// ------------------------------------------------------------------------------------------- nearest pattern

/** The known pattern with the fewest other cells; of equals the shorter one. */
export function nearestOf(mask: Mask): Found {
  let best: Found | undefined;
  for (const expression of candidatesOf(mask)) {
    const difference = within(
      mask,
      maskOf(expression, mask.keys, mask.queries),
      best?.difference.cells ?? Infinity,
    );
    if (difference && (!best || difference.cells < best.difference.cells))
      best = { expression, difference };
    if (best?.difference.cells === 0) break;
  }
  return best!;
}

/** The difference, given up as soon as it reaches `limit`. */
function within(a: Mask, b: Mask, limit: number): Difference | undefined {
  let cells = 0;
  let first: Difference['first'];
  for (let q = 0; q < a.queries; q++) {
    const [x, y] = [a.row(q), b.row(q)];
    if (equal(x, y)) continue;
    const runs = differ(x, y);
    first ??= { query: q, key: runs[0]! };
    cells += count(runs);
    if (cells >= limit) return undefined;
  }
  return { cells, ...(first && { first }) };
}

const MOST_PLACES = 64;

/** Patterns whose numbers are read off the rows; the plain ones first, padding around each. */
function* candidatesOf(mask: Mask): Generator<Expression> {
  const { queries, keys } = mask;
  const ahead = keys - queries; // position of the first query
  const row = (q: number) => mask.row(q);
  const [first, last] = [row(0), row(queries - 1)];
  const unread = unreadOf(mask);
  const padded = unread.left + unread.right > 0 && unread.left + unread.right < keys;
  const causal = term('causal');
  const numbers = new Map<string, Set<number>>();
  const suggest = (kind: string, value: number | undefined) => {
    if (value === undefined || !Number.isSafeInteger(value) || value < 1 || value > keys) return;
    numbers.set(kind, (numbers.get(kind) ?? new Set()).add(value));
  };
  // Some rows of the later half tell windows; rows near the middle tell both sides.
  for (const q of new Set([
    queries - 1,
    queries - 2,
    Math.floor(queries / 2),
    Math.floor((3 * queries) / 4),
  ])) {
    if (q < 0) continue;
    const runs = row(q);
    if (runs.length === 0) continue;
    const position = ahead + q;
    const own = runs.findIndex((at, i) => i % 2 === 0 && at <= position && position < runs[i + 1]!);
    if (own < 0) continue;
    suggest('window', position - runs[own]! + 1);
    suggest('ahead', runs[own + 1]! - position);
    if (own > 0 && runs[0] === 0) suggest('sink', runs[1]);
    if (own >= 4) suggest('step', runs[own - 2]! - runs[own - 4]!);
    if (runs.length >= 6) suggest('step', runs[2]! - runs[0]!);
  }
  if (first[0] === 0) suggest('prefix', first[1]);
  const starts: number[] = [];
  for (let q = 1; q < queries && starts.length <= MOST_PLACES; q++) {
    const runs = row(q);
    const position = ahead + q;
    // A document or chunk begins where a query reads nothing before itself, but the one before it did.
    if (runs[0] === position || (runs[0] === undefined && row(q - 1).length > 0))
      starts.push(position);
  }
  const chunk = starts[0];
  if (chunk !== undefined) suggest('chunk', chunk);
  const full: number[] = [];
  for (let q = 0; q < queries && full.length <= MOST_PLACES; q++)
    if (equal(row(q), run(0, keys))) full.push(ahead + q);
  const each = (kind: string) => [...(numbers.get(kind) ?? [])].sort((a, b) => a - b);

  const plain: Expression[] = [causal];
  for (const W of each('window')) plain.push(and(causal, term('window', W)));
  for (const C of each('chunk')) plain.push(and(causal, term('chunk', C)), term('chunk', C));
  if (starts.length > 0 && starts.length <= MOST_PLACES)
    plain.push(and(causal, term('documents', ...starts)), term('documents', ...starts));
  for (const P of each('prefix')) if (P > 1) plain.push(or(causal, term('prefix', P)));
  plain.push(or(causal, term('ahead', 1)));
  for (const W of each('window')) {
    for (const A of each('ahead')) {
      const both = and(term('window', W), not(term('ahead', A)));
      plain.push(both);
      if (full.length > 0 && full.length <= MOST_PLACES && full.length < queries)
        plain.push(or(both, term('global', ...full)));
    }
    for (const S of each('sink')) plain.push(and(causal, or(term('window', W), term('sink', S))));
    for (const step of each('step'))
      if (step > 1) plain.push(and(causal, or(term('window', W), term('dilated', step))));
    if (starts.length > 0 && starts.length <= MOST_PLACES)
      plain.push(and(causal, term('window', W), term('documents', ...starts)));
  }
  for (const step of each('step')) if (step > 1) plain.push(and(causal, term('dilated', step)));
  if (last.length === 0 && first.length === 0) plain.push(not(or(causal, term('ahead', 1))));
  for (const expression of plain) yield expression;
  if (padded)
    for (const expression of plain) {
      const padding = not(term('padding', unread.left, unread.right));
      yield expression.kind === 'and' ? and(...expression.of, padding) : and(expression, padding);
    }
}

/** Keys at both ends that nobody reads. */
function unreadOf(mask: Mask): { readonly left: number; readonly right: number } {
  let [left, end] = [mask.keys, 0];
  for (let q = 0; q < mask.queries; q++) {
    const runs = mask.row(q);
    if (runs.length === 0) continue;
    left = Math.min(left, runs[0]!);
    end = Math.max(end, runs.at(-1)!);
  }
  return { left: Math.min(left, mask.keys), right: mask.keys - end };
}
