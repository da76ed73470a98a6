/**
 * @file Polarity: whether 0 or 1 lets through in a foreign mask that is not added to scores, as its cells show it, and
 * how certain that is.
 */
import { positionOf, type Mask } from '../../attention/mask';
import { count, equal, has, intersect, run } from '../../attention/runs';
import { shown, type Levels } from './levels';
import { nearestOf, type Found } from './nearest';
import { isTopLeft } from './standing';
import { FEW, paddingsOf } from './traces';

export interface Decision {
  readonly allowed: 'nonzero' | 'zero';
  readonly sure: boolean;
  /** A clause without a full stop. */
  readonly because: string;
  /** The pattern nearest to the mask as decided. */
  readonly nearest: Found;
}

/** The share of informative rows in which a token must read itself for the decision to be sure. */
const CLEAR = 0.75;

/** `open`: nonzero cells let through; `closed`: zeros do. */
export function decisionOf(open: Mask, closed: Mask, levels: Levels): Decision {
  if (levels.distinct > 1 && open.queries > open.keys) return ofTwoSequences(open);
  for (const allowed of ['nonzero', 'zero'] as const) {
    const mask = allowed === 'zero' ? closed : open;
    // One blocked key before all others is padding.
    if (allowed === 'zero' && open.queries === 1) continue;
    if (levels.distinct > 1 && isTopLeft(mask))
      return {
        allowed,
        sure: false,
        because:
          'its queries read themselves if they are at the first keys, as in a causal mask aligned at the top left, and do not if they are at the last keys',
        nearest: nearestOf(mask),
      };
  }
  if (levels.distinct > 1 && readsAllButItself(open))
    return {
      allowed: 'nonzero',
      sure: false,
      because:
        'its one query then reads every key but itself; with the other reading, itself and nothing else',
      nearest: nearestOf(open),
    };
  const selves = selvesIn(open);
  const flips = 1 - 2 * selves;
  const { flipped, nearest } = nearer(open, closed, flips);
  const allowed = flipped ? 'zero' : 'nonzero';
  const [mask, other] = flipped ? [closed, open] : [open, closed];
  const doubt = doubtOf({ mask, other, nearest }, flipped ? -flips : flips, levels);
  return {
    allowed,
    sure: doubt === undefined,
    because: doubt ?? diagonalOf(open, flipped),
    nearest,
  };
}

/** If queries and keys are of two sequences, the diagonal shows nothing. */
const ofTwoSequences = (open: Mask): Decision => ({
  allowed: 'nonzero',
  sure: false,
  because: `its ${open.queries} queries and ${open.keys} keys are of two sequences, so no diagonal tells`,
  nearest: nearestOf(open),
});

/** Both readings of a file: as it was decided, and its opposite. */
interface Both {
  readonly mask: Mask;
  readonly other: Mask;
  readonly nearest: Found; // numbers as a mask
}

/** The reason to doubt a mask as decided; `against` above 0: more queries read themselves in its opposite. */
function doubtOf(
  both: Both,
  against: number,
  { all, least, distinct }: Levels,
): string | undefined {
  const { mask } = both;
  if (distinct === 1)
    return `${all} are ${shown(least)}, so it cannot be known whether that lets through or blocks; it was read as "${mask.row(0).length > 0 ? 'may read' : 'blocked'}"`;
  if (least < 0)
    return `its least number is ${shown(least)}, which is not a weight, and too little to block a score it is added to`;
  if (against >= 0)
    return 'at most half of its queries then read themselves, but its cells fit a known pattern better than with the other reading';
  return doubtOfSelves(mask) ?? doubtOfOther(both);
}

/** The diagonal shows too little to be sure. */
function doubtOfSelves(mask: Mask): string | undefined {
  const [last, first] = [telling(mask, positionOf(mask, 0)), telling(mask, 0)];
  if (last.rows === 0) return 'each of its queries reads all keys or none, which says nothing';
  if (last.selves < CLEAR * last.rows)
    return `only ${last.selves} of the ${last.rows} queries that read some keys but not all then read themselves`;
  if (first.selves < CLEAR * first.rows)
    return 'its queries read themselves if they are at the last keys, and do not if they are at the first';
  return undefined;
}

/** The other reading could be meant too. */
function doubtOfOther({ mask, other, nearest }: Both): string | undefined {
  const { keys, queries } = mask;
  const readers = readersOf(mask, keys - 1);
  if (queries < keys && readers > CLEAR * queries)
    return 'nearly all its queries then read the last key; with the other reading it could be padding, which none reads';
  if (queries < keys && readers === 0)
    return 'no query then reads the last key; with the other reading it could be a text that is padded on the left';
  if (isAlike(mask))
    return 'its queries read the same keys, so it could be padding, and the diagonal does not tell which keys are padding';
  if (queries > 1 && aheadOnly(mask) > 0.5)
    return 'its queries then read themselves and what comes after, nothing before; with the other reading, what comes before and not themselves';
  if (queries > 1 && readsNothing('after', other))
    return 'with the other reading its queries read only what comes before them, as in a causal mask that leaves out the query itself or is mostly padding';
  if (cellsOf(mask) === queries && telling(mask, positionOf(mask, 0)).selves === queries)
    return 'each query then reads only itself; with the other reading, all keys but itself';
  const far = nearest.difference.cells > Math.max(FEW, queries / 4);
  // No intended mask reads only what comes after.
  if (far && 2 * cellsOf(mask) > queries * keys && !readsNothing('before', other))
    return 'its cells then fit no known pattern; with the other reading it could be a sparse mask in which no query reads itself';
  return undefined;
}

/** A single query of many keys that misses only its own: a slice that ends a key early, not a token without a text. */
const readsAllButItself = ({ queries, keys, row }: Mask): boolean =>
  queries === 1 && keys > 3 && equal(row(0), run(0, keys - 1));

function cellsOf({ queries, row }: Mask): number {
  let cells = 0;
  for (let q = 0; q < queries; q++) cells += count(row(q));
  return cells;
}

/** Whether all queries, except a few, read the same keys. Only a row shared by more than half of them qualifies. */
function isAlike({ queries, row }: Mask): boolean {
  let [common, lead] = [row(0), 0];
  for (let q = 0; q < queries; q++) {
    if (lead === 0) common = row(q);
    lead += equal(common, row(q)) ? 1 : -1;
  }
  let others = 0;
  for (let q = 0; q < queries; q++) others += Number(!equal(common, row(q)));
  return others <= Math.min(FEW, queries / 4);
}

/** Whether hardly any query reads a key after (or before) itself, among the queries that have such keys. */
function readsNothing(where: 'after' | 'before', { queries, keys, row }: Mask): boolean {
  let [none, rows] = [0, 0];
  for (let q = 0; q < queries; q++) {
    const at = positionOf({ queries, keys }, q);
    const part = where === 'after' ? run(at + 1, keys) : run(0, at);
    if (part.length === 0) continue;
    rows++;
    none += Number(intersect(row(q), part).length === 0);
  }
  return none >= CLEAR * rows;
}

/** The share of queries that read themselves, the last query at the last key. */
function selvesIn({ queries, keys, row }: Mask): number {
  let reading = 0;
  for (let q = 0; q < queries; q++)
    reading += Number(has(row(q), positionOf({ queries, keys }, q)));
  return reading / queries;
}

/**
 * Like selvesIn, with the first query at key `from`, and without rows that are all 0 or all 1, because padding and
 * global tokens are not informative.
 */
function telling({ queries, keys, row }: Mask, from: number): { rows: number; selves: number } {
  let [rows, selves] = [0, 0];
  for (let q = 0; q < queries; q++) {
    const read = count(row(q));
    if (read === 0 || read === keys) continue;
    rows++;
    selves += Number(has(row(q), from + q));
  }
  return { rows, selves };
}

/** How many queries read the key. */
function readersOf({ queries, row }: Mask, key: number): number {
  let readers = 0;
  for (let q = 0; q < queries; q++) readers += Number(has(row(q), key));
  return readers;
}

/** The share of queries with keys on both sides that read some after themselves and none before. */
function aheadOnly({ queries, keys, row }: Mask): number {
  let [looking, between] = [0, 0];
  for (let q = 0; q < queries; q++) {
    const at = positionOf({ queries, keys }, q);
    if (at === 0 || at === keys - 1) continue;
    between++;
    const before = count(intersect(row(q), run(0, at)));
    if (before === 0 && count(row(q)) > Number(has(row(q), at))) looking++;
  }
  return between === 0 ? 0 : looking / between;
}

/** The diagonal of the file in words. */
function diagonalOf(open: Mask, flipped: boolean): string {
  const { queries, keys } = open;
  const share = flipped ? 1 - selvesIn(open) : selvesIn(open);
  const rows = Math.round(share * queries);
  const which = queries < keys ? 'the diagonal that ends at the last key' : 'the diagonal';
  const where = rows === queries ? `all ${queries} rows` : `${rows} of ${queries} rows`;
  return `${which} is ${flipped ? '0' : 'not 0'} in ${where}, and a token reads itself`;
}

/**
 * Which of two opposite masks is meant. The best evidence is that tokens read themselves; `flips` above 0 if more do in
 * `closed`. But padded tokens do not; so if only one of the two is a known pattern, it is that one.
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
