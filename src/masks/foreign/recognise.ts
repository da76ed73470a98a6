/** @file What a matrix of numbers means as a mask: which values let through, and which known pattern is nearest. */
import { write, type Expression } from '../../attention/expression';
import { remembered, type Difference, type Mask } from '../../attention/mask';
import {
  libraryNamed,
  libraryOf,
  meaningOf,
  type LibraryId,
  type Polarity,
  type Reading,
} from '../reading';
import { complement } from '../../attention/runs';
import { levelsOf, shown, type Levels } from './levels';
import type { Matrix } from './matrix';
import { nearestOf, type Found } from './nearest';
import { standingOf } from './standing';
import { decisionOf } from './polarity';

export interface Recognised {
  readonly mask: Mask;
  readonly polarity: Reading;
  /** What blocked cells hold, where the mask is added to scores: the commonest number of theirs. */
  readonly fill?: { readonly value: number; readonly dtype: string };
  readonly nearest: { readonly expression: Expression; readonly difference: Difference };
  readonly says: string;
}

/** Below this, a number that is added to a score takes it away altogether. */
const BLOCKS = -500;

/** What was said of a file: how to read it, and what it is meant for. */
export interface Asked {
  readonly polarity?: Polarity | undefined;
  readonly meant?: LibraryId | undefined;
}

/** Throws InputError where a cell is no number. */
export function recognise(matrix: Matrix, asked: Asked = {}): Recognised {
  const levels = levelsOf(matrix, BLOCKS);
  const { least, most, distinct } = levels;
  const blocks = least < BLOCKS;
  // 0 and one number below it can be nothing but a fill, if a weak one.
  const weak = distinct === 2 && most === 0;
  const { polarity, meant = matrix.name === undefined ? undefined : libraryNamed(matrix.name) } =
    asked;
  return polarity === 'additive' || (polarity === undefined && (blocks || weak))
    ? added(matrix, levels, { polarity, meant })
    : chosen(matrix, levels, { polarity, meant });
}

/** Read as numbers that are added to scores. */
function added(matrix: Matrix, levels: Levels, { polarity, meant }: Asked): Recognised {
  const { least, most, distinct, fill } = levels;
  const blocks = least < BLOCKS;
  const weak = !blocks && least < most;
  const border = weak ? (least + most) / 2 : BLOCKS;
  const mask = masked(matrix, (value) => value > border);
  const because =
    distinct === 1
      ? `all its cells are ${shown(least)}, so it cannot be known what that means; it was read as added to scores, where it ${blocks ? 'blocks everything' : 'blocks nothing'}`
      : weak
        ? `its cells go from ${shown(most)} down to ${shown(least)}, a weak fill: a score that is higher by more than ${shown(most - least)} outweighs it`
        : `${shown(fill)} blocks`;
  return result(matrix, levels, mask, nearestOf(mask), {
    polarity: {
      allowed: 'additive',
      by: polarity === undefined ? 'cells' : 'person',
      sure: blocks && distinct > 1,
      because,
    },
    meant,
    fill: { value: fill, dtype: matrix.dtype },
  });
}

/** Read as 0 and what is not 0; where nobody said which of them lets through, that is found out. */
function chosen(matrix: Matrix, levels: Levels, { polarity, meant }: Asked): Recognised {
  const { queries, keys } = matrix;
  const open = masked(matrix, (value) => value !== 0);
  const closed = remembered({ queries, keys, row: (q) => complement(open.row(q), keys) });
  if (polarity !== undefined) {
    const mask = polarity === 'zero' ? closed : open;
    return result(matrix, levels, mask, nearestOf(mask), {
      polarity: { allowed: polarity, by: 'person', sure: true, because: 'you said so' },
      meant,
    });
  }
  const decided = decisionOf(open, closed, levels);
  // The cells leave a doubt, and the library has none.
  const library = meant && !decided.sure ? libraryOf(meant) : undefined;
  if (library?.reads === 'additive' && levels.distinct === 1)
    return added(matrix, levels, { meant });
  if (library && library.reads !== 'additive') {
    const mask = library.reads === 'zero' ? closed : open;
    const alike = levels.distinct === 1;
    const because = `${alike ? `all its cells are ${shown(levels.least)}, so it cannot be known from them; ` : ''}${library.label}, which it is meant for, reads 1 as "${meaningOf(library.reads)}"`;
    return result(matrix, levels, mask, nearestOf(mask), {
      polarity: { allowed: library.reads, by: 'library', sure: !alike, because },
      meant,
    });
  }
  const { allowed, nearest, sure, because } = decided;
  return result(matrix, levels, allowed === 'zero' ? closed : open, nearest, {
    polarity: { allowed, by: 'cells', sure, because },
    meant,
  });
}

interface Rest extends Pick<Recognised, 'fill'> {
  readonly polarity: Pick<Reading, 'allowed' | 'by' | 'sure' | 'because'>;
  readonly meant: LibraryId | undefined;
}

function result(
  { note }: Matrix,
  { least, most, distinct }: Levels,
  mask: Mask,
  nearest: Found,
  { polarity, meant, ...rest }: Rest,
): Recognised {
  const standing = standingOf(mask, nearest);
  const { expression, difference } = standing.nearest;
  const { cells, first } = difference;
  const name = wordsOf(expression) ?? write(expression);
  const says = [
    standing.aligned
      ? `This is ${wordsOf(standing.aligned) ?? write(standing.aligned)}, aligned at the top left: query 0 stands at key 0, as if no key had come before it.`
      : first
        ? `Nearest is ${name}, from which ${cells} ${cells === 1 ? 'cell differs' : 'cells differ'}, first query ${first.query}, key ${first.key}.`
        : `This is ${name}.`,
    ...(polarity.allowed === 'zero' ? ['Its 1 means "blocked": it was turned over.'] : []),
    ...(note === undefined ? [] : [note]),
  ].join(' ');
  const constant = distinct === 1;
  const binary = distinct < 3 && [least, most].every((value) => value === 0 || value === 1);
  const one = binary ? '1' : 'a number other than 0';
  const reading: Reading = { ...polarity, constant, one, ...(meant && { meant }) };
  return { mask, polarity: reading, nearest: standing.nearest, says, ...rest };
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
