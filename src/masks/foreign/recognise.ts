/** @file What a matrix of numbers means as a mask: which values let through, and which known pattern is nearest. */
import { maskOf, write, type Expression } from '../../attention/expression';
import {
  differenceOf,
  pairsOf,
  remembered,
  type Difference,
  type Mask,
} from '../../attention/mask';
import {
  libraryNamed,
  libraryOf,
  meaningOf,
  type LibraryId,
  type Polarity,
  type Reading,
} from '../reading';
import { formatInteger } from '../../core/units';
import { complement } from '../../attention/runs';
import type { Subject } from '../subject';
import { askRound } from '../besideRound';
import { isKnown } from './known';
import { levelsOf, shown, type Levels } from './levels';
import type { Matrix } from './matrix';
import { nearestOf, type Found } from './nearest';
import { oneRowOf } from './oneRow';
import { standingOf } from './standing';
import { decisionOf } from './polarity';
import {
  sayCorner,
  windowIn,
  openedPadding,
  byRow,
  wordsOf,
  ROUNDED,
  lookAhead,
} from './sayRecognised';
import { checkRuns, masked } from './cellRuns';

export interface Recognised {
  readonly mask: Mask;
  readonly polarity: Reading;
  /** If the mask is added to scores, the most common number in blocked cells. */
  readonly fill?: Subject['fill'];
  /** Whether its zeros may be rounded weights. */
  readonly rounded?: true;
  readonly nearest: { readonly expression: Expression; readonly difference: Difference };
  /** Whether the nearest pattern means anything; if not, nothing is concluded from it. */
  readonly known: boolean;
  readonly says: string;
  /** Other patterns that it may equally be, each as written. */
  readonly fits?: readonly Expression[];
}

/** Below this, a number added to a score removes it altogether. */
const BLOCKS = -500;

/** The user's settings for a file: how to read it, and what it is meant for. */
export interface Asked {
  readonly polarity?: Polarity | undefined;
  readonly meant?: LibraryId | undefined;
  /** Why its polarity is known without being set: a clause. */
  readonly because?: string | undefined;
  /** Whether they are softmax output. */
  readonly weights?: boolean | undefined;
}

/** Throws InputError if a cell is NaN. */
export function recognise(matrix: Matrix, asked: Asked = {}): Recognised {
  checkRuns(matrix);
  const levels = levelsOf(matrix, BLOCKS);
  const { least, most, distinct } = levels;
  const blocks = least < BLOCKS;
  // 0 and one negative number can only be a fill, if a weak one.
  const weak = distinct === 2 && most === 0;
  const {
    polarity,
    meant = matrix.name === undefined ? undefined : libraryNamed(matrix.name),
    because,
  } = asked;
  return polarity === 'additive' || (polarity === undefined && (blocks || weak))
    ? added(matrix, levels, { polarity, meant })
    : chosen(matrix, levels, { polarity, meant, because, weights: asked.weights });
}

/**
 * What a mask is that came as a mask, not as numbers: only its pattern is to be found. `because` is a clause. A mask
 * that is as intended goes by the intended terms, even if others are shorter: a step of decoding has one row, which
 * fits many.
 */
export function recogniseMask(mask: Mask, because: string, intended?: Expression): Recognised {
  const polarity = { allowed: 'nonzero', by: 'cells', sure: true, because } as const;
  if (intended) {
    const difference = differenceOf(mask, maskOf(intended, mask.keys, mask.queries));
    if (difference.cells === 0)
      return {
        mask,
        polarity: { ...polarity, constant: false, one: '1' },
        nearest: { expression: intended, difference },
        known: true,
        says: `This is ${wordsOf(intended) ?? write(intended)}.`,
      };
  }
  return result({}, { least: 0, most: 1, distinct: 2 }, mask, nearestOf(mask), {
    polarity,
    meant: undefined,
  });
}

/** Reads the numbers as added to scores. */
function added(matrix: Matrix, levels: Levels, { polarity, meant }: Asked): Recognised {
  const { all, least, most, distinct, fill, fills } = levels;
  const blocks = least < BLOCKS;
  // More numbers than a fill and the rest are a bias, as of ALiBi.
  const weak = !blocks && distinct === 2 && least < most;
  const border = weak ? (least + most) / 2 : BLOCKS;
  const mask = masked(matrix, (value) => value > border);
  const because =
    distinct === 1
      ? `${all} are ${shown(least)}, so it cannot be known what that means; it was read as added to scores, where it ${blocks ? 'blocks everything' : 'blocks nothing'}`
      : weak
        ? `its cells go from ${shown(most)} down to ${shown(least)}, a weak fill: a score that is higher by more than ${shown(most - least)} outweighs it`
        : blocks
          ? `${shown(fill)} blocks`
          : `its numbers, from ${shown(least)} to ${shown(most)}, are a bias, which blocks nothing`;
  return result(matrix, levels, mask, nearestOf(mask), {
    polarity: {
      allowed: 'additive',
      by: polarity === undefined ? 'cells' : 'person',
      sure: blocks && distinct > 1,
      because,
      border,
    },
    meant,
    ...((blocks || weak) && {
      fill: {
        value: fill,
        dtype: matrix.dtype,
        ...(fills.length > 1 && { all: fills }),
      },
    }),
  });
}

/** Reads zero and nonzero; which of them lets through is worked out unless it was set. */
function chosen(
  matrix: Matrix,
  levels: Levels,
  { polarity, meant, because: known, weights }: Asked,
): Recognised {
  const { queries, keys } = matrix;
  const open = masked(matrix, (value) => value !== 0, levels.most <= 1 && levels.least >= 0);
  const closed = remembered({ queries, keys, row: (q) => complement(open.row(q), keys) });
  if (polarity !== undefined) {
    const mask = polarity === 'zero' ? closed : open;
    return result(matrix, levels, mask, nearestOf(mask), {
      polarity: {
        allowed: polarity,
        by: known === undefined ? 'person' : 'cells',
        sure: true,
        because: known ?? 'you said so',
      },
      meant,
      ...(weights && polarity === 'nonzero' && underflowOf(matrix)),
    });
  }
  const decided = decisionOf(open, closed, levels);
  // The cells leave doubt, so the library decides.
  const library = meant && !decided.sure ? libraryOf(meant) : undefined;
  if (library?.reads === 'additive' && levels.distinct === 1)
    return added(matrix, levels, { meant });
  if (library && library.reads !== 'additive') {
    const mask = library.reads === 'zero' ? closed : open;
    const alike = levels.distinct === 1;
    const reads = `${library.label}, which it is meant for, reads 1 as "${meaningOf(library.reads)}"`;
    const because = alike
      ? `${levels.all} are ${shown(levels.least)}, so it cannot be known from them; ${reads}`
      : reads;
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

interface Rest extends Pick<Recognised, 'fill' | 'rounded'> {
  readonly polarity: Pick<Reading, 'allowed' | 'by' | 'sure' | 'because' | 'border'>;
  readonly meant: LibraryId | undefined;
}

function result(
  { note }: Pick<Matrix, 'note'>,
  { least, most, distinct }: Pick<Levels, 'least' | 'most' | 'distinct'>,
  mask: Mask,
  nearest: Found,
  { polarity, meant, ...rest }: Rest,
): Recognised {
  const standing = standingOf(mask, nearest);
  const { expression, difference } = standing.nearest;
  const { cells, first } = difference;
  const name = wordsOf(expression) ?? write(expression);
  const window = windowIn(expression);
  const known = standing.aligned !== undefined || isKnown(mask, standing.nearest);
  // If several patterns fit exactly, none of them is this page's finding.
  const several = standing.aligned || first ? undefined : oneRowOf(mask);
  const asks = window === undefined || !known ? '' : askRound(window);
  const says = [
    standing.aligned
      ? `This is ${wordsOf(standing.aligned.as) ?? write(standing.aligned.as)}, ${sayCorner(standing.aligned.at, mask)}.`
      : first && !known
        ? rest.rounded
          ? `Its pattern cannot be known, since its zeros may be rounded: ${formatInteger(pairsOf(mask))} of its ${formatInteger(mask.queries * mask.keys)} weights are above 0${lookAhead(mask) ? '' : ', and none of them lies after its query'}.`
          : `It is not a pattern that we know: ${formatInteger(pairsOf(mask))} of its ${formatInteger(mask.queries * mask.keys)} cells may be read.`
        : first
          ? `Nearest is ${name}, from which ${cells} ${cells === 1 ? 'cell differs' : 'cells differ'}, first query ${first.query}, key ${first.key}.`
          : several
            ? `${several.asks} It is shown as ${name}.`
            : `This is ${name}.${byRow(expression, mask)}`,
    ...(known ? openedPadding(expression, mask) : []),
    ...(asks && !several ? [asks] : []),
    ...(rest.rounded ? [ROUNDED] : []),
    ...(polarity.allowed === 'zero' ? ['Its 1 means "blocked", so it was inverted.'] : []),
    ...(note === undefined ? [] : [note]),
  ].join(' ');
  const constant = distinct === 1;
  const binary = distinct < 3 && [least, most].every((value) => value === 0 || value === 1);
  const one = binary ? '1' : 'a number other than 0';
  const reading: Reading = { ...polarity, constant, one, ...(meant && { meant }) };
  return {
    mask,
    polarity: reading,
    nearest: standing.nearest,
    known,
    says,
    ...(several && { fits: several.fits }),
    ...rest,
  };
}

/** The smallest number above 0 of each type. */
const LEAST: readonly (readonly [RegExp, number])[] = [
  [/^(bf16|bfloat16)$/i, 2 ** -133],
  [/(f2|f16|float16|half)$/i, 2 ** -24],
  [/(f4|f32|float32)$/i, 2 ** -149],
];
/** If the smallest weight is below this many times the type's least number, other weights may have become 0. */
const NEAR = 64;

/** Whether some weights are so small that others may have been rounded to 0. */
function underflowOf({ queries, keys, dtype, at }: Matrix): { readonly rounded?: true } {
  const least = LEAST.find(([name]) => name.test(dtype))?.[1];
  if (least === undefined) return {};
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      const weight = at(q, k);
      if (weight > 0 && weight <= NEAR * least) return { rounded: true };
    }
  return {};
}
