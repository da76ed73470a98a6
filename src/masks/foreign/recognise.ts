/** @file What a matrix of numbers means as a mask: which values let through, and which known pattern is nearest. */
import { write, type Expression } from '../expression';
import { remembered, type Difference, type Mask } from '../mask';
import { complement, has } from '../runs';
import { levelsOf, type Levels } from './levels';
import type { Matrix } from './matrix';
import { nearestOf, type Found } from './nearest';
import { FEW, paddingsOf } from './traces';

export type Polarity = 'nonzero' | 'zero' | 'additive';

export interface Recognised {
  readonly mask: Mask;
  readonly polarity: {
    readonly allowed: Polarity;
    readonly sure: boolean;
    readonly because: string;
  };
  /** What blocked cells hold, where the mask is added to scores: the commonest number of theirs. */
  readonly fill?: { readonly value: number; readonly dtype: string };
  readonly nearest: { readonly expression: Expression; readonly difference: Difference };
  readonly says: string;
}

/** Below this, a number that is added to a score takes it away altogether. */
const BLOCKS = -500;

/** Throws InputError where a cell is no number. */
export function recognise(matrix: Matrix, asked?: Polarity): Recognised {
  const levels = levelsOf(matrix, BLOCKS);
  const { least, most, distinct } = levels;
  const blocks = least < BLOCKS;
  // 0 and one number below it can be nothing but a fill, if a weak one.
  const weak = distinct === 2 && most === 0;
  return asked === 'additive' || (asked === undefined && (blocks || weak))
    ? added(matrix, levels)
    : chosen(matrix, levels, asked);
}

/** Read as numbers that are added to scores. */
function added(matrix: Matrix, { least, most, fill }: Levels): Recognised {
  const sure = least < BLOCKS;
  const weak = !sure && least < most;
  const border = weak ? (least + most) / 2 : BLOCKS;
  const mask = masked(matrix, (value) => value > border);
  return result(matrix, mask, nearestOf(mask), {
    polarity: {
      allowed: 'additive',
      sure,
      because: weak
        ? `its cells go from ${shown(most)} down to ${shown(least)}, as if added to scores, and ${shown(least)} is a weak fill, read through by a score higher by ${shown(most - least)}`
        : sure
          ? `its cells are added to scores: ${shown(fill)} blocks`
          : `its cells are all ${shown(least)}, which added to scores blocks nothing`,
    },
    fill: { value: fill, dtype: matrix.dtype },
  });
}

/** Read as 0 and what is not 0; where nobody said which of them lets through, that is found out. */
function chosen(matrix: Matrix, { least }: Levels, asked?: 'nonzero' | 'zero'): Recognised {
  const { queries, keys } = matrix;
  const open = masked(matrix, (value) => value !== 0);
  const closed = remembered({ queries, keys, row: (q) => complement(open.row(q), keys) });
  if (asked !== undefined) {
    const mask = asked === 'zero' ? closed : open;
    return result(matrix, mask, nearestOf(mask), {
      polarity: { allowed: asked, sure: true, because: 'you said so' },
    });
  }
  const [one, other] = [itself(open), itself(closed)];
  const { flipped, nearest } = nearer(open, closed, other - one);
  const told = flipped ? other > one : one > other;
  return result(matrix, flipped ? closed : open, nearest, {
    polarity: {
      allowed: flipped ? 'zero' : 'nonzero',
      sure: told && least >= 0 && Math.abs(one - other) > 0.5,
      because:
        least < 0
          ? `its least number is ${shown(least)}, which is no weight, and too little to block a score it is added to`
          : !told
            ? 'its cells are then nearer to a known pattern'
            : flipped
              ? 'with 0 as "may read" tokens read themselves, with 1 they would not'
              : 'tokens then read themselves',
    },
  });
}

/** The part of the queries that read themselves. */
function itself({ queries, keys, row }: Mask): number {
  let reading = 0;
  for (let q = 0; q < queries; q++) reading += Number(has(row(q), keys - queries + q));
  return reading / queries;
}

/**
 * Which of two opposite masks is meant. That tokens read themselves is the surest sign, `flips` above 0 if more do in
 * `closed`. But padded tokens do not; so where just one of the two is a known pattern, it is that one.
 */
function nearer(
  open: Mask,
  closed: Mask,
  flips: number,
): { readonly flipped: boolean; readonly nearest: Found } {
  const [likely, unlikely] = flips > 0 ? [closed, open] : [open, closed];
  const nearest = nearestOf(likely);
  const taken = { flipped: flips > 0, nearest };
  const told = nearest.difference.cells <= FEW ? flips !== 0 : Math.abs(flips) > 0.5;
  if (told && !mostlyPadded(unlikely)) return taken;
  const other = { flipped: flips <= 0, nearest: nearestOf(unlikely) };
  const [mine, theirs] = [nearest.difference.cells, other.nearest.difference.cells];
  if (mine <= FEW !== theirs <= FEW) return theirs <= FEW ? other : taken;
  return flips === 0 && theirs < mine ? other : taken;
}

const mostlyPadded = (mask: Mask): boolean =>
  paddingsOf(mask).some(({ left, right }) => left + right > mask.keys / 2);

function result(
  { note }: Matrix,
  mask: Mask,
  nearest: Found,
  rest: Pick<Recognised, 'polarity' | 'fill'>,
): Recognised {
  const { cells, first } = nearest.difference;
  const name = wordsOf(nearest.expression) ?? write(nearest.expression);
  const says = [
    first
      ? `Nearest is ${name}, from which ${cells} ${cells === 1 ? 'cell differs' : 'cells differ'}, first query ${first.query}, key ${first.key}.`
      : `This is ${name}.`,
    ...(rest.polarity.allowed === 'zero' ? ['Its 1 means "blocked": it was turned over.'] : []),
    ...(note === undefined ? [] : [note]),
  ].join(' ');
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

const shown = (value: number) => (value === -Infinity ? '-inf' : `${Number(value.toPrecision(4))}`);
