/**
 * @file The known pattern nearest to a mask. Its parameters are fitted to all rows, so that a few wrong cells do not
 * shift them.
 */
import { maskOf, write, type Expression } from '../../attention/expression';
import { positionOf, type Difference, type Mask } from '../../attention/mask';
import { openingIn, repairedBy } from '../repaired';
import { has } from '../../attention/runs';
import { estimateApart, apart } from './apart';
import { openedIn, type Opened } from './dead';
import { causal, everything, FAMILIES, padded, type Family, type Numbers } from './families';
import { bestNumber } from './fit';
import { globalsOf, payingBegins } from './places';
import { beginsOf, FEW, LONG, paddingsOf, TINY, type Padding } from './traces';

export interface Found {
  readonly expression: Expression;
  readonly difference: Difference;
}

/** From this many ends of runs, in total and per row, a mask is stripes or noise, and only quick families are tried. */
const RAGGED = { all: 100_000, row: 16 };
/** A pattern estimated to be this many times as far as the nearest is not examined closely. */
const FAR = 2;
/**
 * In a long mask, a plain pattern may leave one cell per this many tokens unexplained before other patterns are tried.
 */
const LEFT_OVER = 64;
/** How often all parameters are refitted, each given the others. */
const ROUNDS = 4;

const START: Numbers = {
  ...{ left: 0, right: 0, window: 1, ahead: 1, sink: 1, prefix: 1 },
  ...{ chunk: 2, step: 2, begins: [], tokens: [], before: 1, blocks: [], tree: [0], spans: [] },
};

/**
 * The known pattern that differs in the fewest cells; ties go to the plainer one. If there are more queries than keys,
 * they belong to another sequence: patterns with positions count only if exact.
 */
export function nearestOf(mask: Mask): Found {
  const opened = openedIn(mask);
  // Several first rows that read everything, and whose keys no other row reads, can only be opened padding. Last rows
  // of a causal mask that read everything may equally be an image; last rows that read only themselves imply nothing
  // more.
  const many = opened && (opened.left > 1 || (opened.to === 'themselves' && opened.right > 1));
  const sure = many ? repairedNear(mask, opened) : undefined;
  if (sure?.difference.cells === 0) return sure;
  // A single row that misses its own key is causal with a wrong cell: in every wider pattern that cell is wrong too.
  const step = mask.queries === 1 && !has(mask.row(0), mask.keys - 1);
  const found = nearestIn(mask, step ? FAMILIES.filter((one) => !one.all) : FAMILIES);
  if (mask.queries > mask.keys && found.difference.cells > 0) return nearestPlaceless(mask);
  if (sure && sure.difference.cells <= found.difference.cells) return sure;
  if (!opened || found.difference.cells <= FEW) return found;
  const repaired = sure ?? repairedNear(mask, opened);
  return repaired && repaired.difference.cells < found.difference.cells ? repaired : found;
}

/**
 * The pattern nearest to the rows that were not opened, with the opened rows added; only if those would read nothing in
 * it.
 */
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

/** The nearest among the patterns that treat every query alike. */
export const nearestPlaceless = (mask: Mask): Found =>
  nearestIn(
    mask,
    FAMILIES.filter(({ placeless }) => placeless),
  );

function nearestIn(mask: Mask, all: readonly Family[]): Found {
  // With few tokens, a few cells can be all that a sink shows; with many, the plainer pattern is meant. One cell is not
  // evidence of a pattern: it is a wrong cell of the plainer one, and must be reported.
  const enough = mask.keys > LONG ? FEW : mask.keys > TINY ? 1 : 0;
  // A column that no query reads is more than a single cell: padding of one token is accepted if it explains
  // everything.
  for (const padding of paddingsOf(mask)) {
    if (padding.left === 0) continue;
    const expression = padded(causal, { ...START, ...padding });
    const difference = apart(mask, expression, 1);
    if (difference?.cells === 0) return { expression, difference };
  }
  const tried = new Set<string>();
  let best: Found | undefined;
  for (const { expression, late } of candidatesOf(mask, all)) {
    // If plain patterns leave only a few cells of a long mask unexplained, those are wrong cells.
    if (late && best && best.difference.cells <= mask.keys / LEFT_OVER) break;
    const name = write(expression);
    if (tried.has(name)) continue;
    tried.add(name);
    // For a long mask, a few rows show which patterns to rule out.
    if (
      best &&
      mask.keys > LONG &&
      estimateApart(mask, expression) > FAR * best.difference.cells + mask.keys
    )
      continue;
    const difference = apart(mask, expression, best?.difference.cells);
    if (difference) best = { expression, difference };
    if (best && best.difference.cells <= enough) break;
  }
  return best!;
}

/** Without padding first, then with it; for long masks the plain patterns come first, and all others are `late`. */
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
    // Before fitting, which is slow: is there anything left to explain?
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

/** A family with its parameters fitted, from each of its starts; if padding is given, that too. */
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
