/** @file The known pattern nearest to a mask. Its numbers are fitted to all rows, so that a few wrong cells move none. */
import { maskOf, write, type Expression } from '../../attention/expression';
import { positionOf, type Difference, type Mask } from '../../attention/mask';
import { openingIn, repairedBy } from '../repaired';
import { has } from '../../attention/runs';
import { aboutApart, apart } from './apart';
import { openedIn, type Opened } from './dead';
import { causal, everything, FAMILIES, padded, type Family, type Numbers } from './families';
import { bestNumber } from './fit';
import { globalsOf, payingBegins } from './places';
import { beginsOf, FEW, LONG, paddingsOf, TINY, type Padding } from './traces';

export interface Found {
  readonly expression: Expression;
  readonly difference: Difference;
}

/** Ends of runs from which on a mask is stripes or noise, and only quick families are tried: so many, and so many a row. */
const RAGGED = { all: 100_000, row: 16 };
/** A pattern that seems so many times as far as the nearest is not looked at closely. */
const FAR = 2;
/** Of so many tokens one cell may be left over by a plain pattern of a long mask, before others are tried. */
const LEFT_OVER = 64;
/** How often all numbers are fitted again, each to the others. */
const ROUNDS = 4;

const START: Numbers = {
  ...{ left: 0, right: 0, window: 1, ahead: 1, sink: 1, prefix: 1 },
  ...{ chunk: 2, step: 2, begins: [], tokens: [], before: 1, blocks: [], tree: [0], spans: [] },
};

/**
 * The known pattern with the fewest other cells; of equals the plainer one. More queries than keys are of another sequence:
 * places are spoken of only where they say it exactly.
 */
export function nearestOf(mask: Mask): Found {
  const opened = openedIn(mask);
  // Several first rows that read everything, and whose keys nobody else reads, can be nothing but opened padding. The last
  // rows of a causal mask that do may as well be an image; that they read only themselves says no more than that.
  const many = opened && (opened.left > 1 || (opened.to === 'themselves' && opened.right > 1));
  const sure = many ? repairedNear(mask, opened) : undefined;
  if (sure?.difference.cells === 0) return sure;
  // One row that misses its own key is a causal one with a wrong cell: every pattern that is wider has that cell wrong too.
  const step = mask.queries === 1 && !has(mask.row(0), mask.keys - 1);
  const found = nearestIn(mask, step ? FAMILIES.filter((one) => !one.all) : FAMILIES);
  if (mask.queries > mask.keys && found.difference.cells > 0) return nearestPlaceless(mask);
  if (sure && sure.difference.cells <= found.difference.cells) return sure;
  if (!opened || found.difference.cells <= FEW) return found;
  const repaired = sure ?? repairedNear(mask, opened);
  return repaired && repaired.difference.cells < found.difference.cells ? repaired : found;
}

/** The pattern nearest to the rows that were not opened, with the others opened; only where they would read nothing in it. */
function repairedNear(mask: Mask, opened: Opened): Found | undefined {
  const { expression: core } = nearestIn(opened.mask, FAMILIES);
  const expression = repairedBy(core, mask.keys, opened);
  if (!openingIn(expression, mask.keys)) return undefined;
  const dead = maskOf(core, mask.keys, mask.queries);
  for (let q = 0; q < mask.queries; q++) {
    const position = positionOf(mask, q);
    const outside = position < opened.left || position >= mask.keys - opened.right;
    if (outside && dead.row(q).length > 0) return undefined;
  }
  return { expression, difference: apart(mask, expression)! };
}

/** Of the patterns that say the same of every query. */
export const nearestPlaceless = (mask: Mask): Found =>
  nearestIn(
    mask,
    FAMILIES.filter(({ placeless }) => placeless),
  );

function nearestIn(mask: Mask, all: readonly Family[]): Found {
  // Among few tokens a few cells can be all that a sink shows; among many, the plainer pattern is meant.
  // One cell is no evidence of a pattern: it is a wrong cell of the plainer one, and has to be said.
  const enough = mask.keys > LONG ? FEW : mask.keys > TINY ? 1 : 0;
  // A column that nobody reads is no single cell: padding of one token is taken, where it is all there is to say.
  for (const padding of paddingsOf(mask)) {
    if (padding.left === 0) continue;
    const expression = padded(causal, { ...START, ...padding });
    const difference = apart(mask, expression, 1);
    if (difference?.cells === 0) return { expression, difference };
  }
  const tried = new Set<string>();
  let best: Found | undefined;
  for (const { expression, late } of candidatesOf(mask, all)) {
    // What the plain patterns leave of a long mask is a few wrong cells, if it is few.
    if (late && best && best.difference.cells <= mask.keys / LEFT_OVER) break;
    const name = write(expression);
    if (tried.has(name)) continue;
    tried.add(name);
    // Of a long mask a few rows tell which patterns are out of the question.
    if (
      best &&
      mask.keys > LONG &&
      aboutApart(mask, expression) > FAR * best.difference.cells + mask.keys
    )
      continue;
    const difference = apart(mask, expression, best?.difference.cells);
    if (difference) best = { expression, difference };
    if (best && best.difference.cells <= enough) break;
  }
  return best!;
}

/** Without padding first, then with it; of long masks the plain patterns before all others, which are `late`. */
function* candidatesOf(mask: Mask, all: readonly Family[]): Generator<Candidate> {
  let ends = 0;
  for (let q = 0; q < mask.queries; q++) ends += mask.row(q).length;
  const families = all.filter(
    ({ quick }) => quick || ends < Math.max(RAGGED.all, RAGGED.row * mask.queries),
  );
  const paddings = paddingsOf(mask);
  const long = mask.keys > LONG;
  const [plain, others] = long
    ? [families.filter(({ plain }) => plain), families.filter(({ plain }) => !plain)]
    : [[], families];
  for (const [some, late] of [
    [plain, false],
    [others, long],
  ] as const) {
    // Before they are fitted, which takes its time: is there anything left to explain?
    for (const family of some)
      for (const expression of fitted(mask, family)) yield { expression, late };
    for (const padding of paddings)
      for (const family of some)
        for (const expression of fitted(mask, family, padding)) yield { expression, late };
  }
}

interface Candidate {
  readonly expression: Expression;
  readonly late: boolean;
}

/** A family with its numbers fitted, from each of its starts; with padding, that too. */
function* fitted(mask: Mask, family: Family, padding?: Padding): Generator<Expression> {
  const written = (numbers: Numbers) => padded(family.write(numbers, mask.keys), numbers);
  const dials = [...family.dials, ...(padding ? (['left', 'right'] as const) : [])];
  const turned = (numbers: Numbers, dial: (typeof dials)[number]): Numbers => {
    const around = () => written({ ...numbers, [dial]: [] });
    const found =
      dial === 'begins'
        ? payingBegins(mask, around(), beginsOf(mask, numbers))
        : dial === 'tokens'
          ? globalsOf(mask, around(), padded(everything, numbers))
          : bestNumber(mask, dial, (number) => written({ ...numbers, [dial]: number }));
    return { ...numbers, [dial]: found };
  };
  for (const start of family.starts?.(mask, padding ?? START) ?? [{}]) {
    let numbers: Numbers = { ...START, ...start, ...padding };
    for (let round = 0; round < ROUNDS; round++) {
      const before = write(written(numbers));
      numbers = dials.reduce(turned, numbers);
      if (dials.length < 2 || write(written(numbers)) === before) break;
    }
    const gone = (['begins', 'tokens'] as const).some(
      (dial) => dials.includes(dial) && numbers[dial].length === 0,
    );
    if (!gone) yield written(numbers);
  }
}
