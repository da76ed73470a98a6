/**
 * @file Rows at the ends of a mask that were opened because they would read nothing; recognised by their keys, which no
 * other row reads.
 */
import { positionOf, type Mask } from '../../attention/mask';
import { count, equal, NONE, run } from '../../attention/runs';
import type { Opening, Repair } from '../repaired';
import { Counts } from './fit';
import { TINY } from './traces';

/** Maximum wrong cells tolerated in such a row, and maximum readers of its key. */
const WRONG = 1;

/** The rows that look opened. */
export interface Opened extends Opening {
  readonly mask: Mask; // without them
}

/** Tries rows that read everything first. Undefined if there are no such rows, or only such rows. */
export function openedIn(mask: Mask): Opened | undefined {
  if (mask.queries > mask.keys || mask.keys < 3) return undefined;
  return openedTo(mask, 'everything') ?? openedTo(mask, 'themselves');
}

function openedTo(mask: Mask, to: Repair): Opened | undefined {
  const { queries, keys } = mask;
  const wrong = keys > TINY ? WRONG : 0;
  const opened = (q: number) => {
    const position = positionOf(mask, q);
    const row = mask.row(q);
    // With one more cell, rows that read themselves would be a window of two.
    return to === 'everything'
      ? count(row) >= keys - wrong
      : equal(row, run(position, position + 1));
  };
  let [first, last] = [0, queries];
  while (first < queries && opened(first)) first++;
  while (last > first && opened(last - 1)) last--;
  if (first === queries || (first === 0 && last === queries)) return undefined;
  // The key of such a token is padding: only these rows read it.
  const readers = new Counts(keys, 'key');
  for (let q = first; q < last; q++) readers.add(mask.row(q), positionOf(mask, q));
  const read = readers.sums();
  const by = (q: number) => read[positionOf(mask, q)]!;
  const own = (q: number) => by(q) <= wrong;
  const [before, after] = [first, last];
  // The first token of the text may read only itself, too.
  const most = to === 'themselves' ? 0 : wrong;
  while (first > 0 && by(first - 1) > most) first--;
  while (last < queries && by(last) > most) last++;
  if (to === 'everything' && first < before) first = 0;
  if (to === 'everything' && last > after) last = queries;
  for (let q = 0; q < first; q++) if (!own(q)) first = 0;
  for (let q = queries - 1; q >= last; q--) if (!own(q)) last = queries;
  if (first === 0 && last === queries) return undefined;
  const at = (q: number) => positionOf(mask, q);
  return {
    to,
    left: first > 0 ? at(first - 1) + 1 : 0,
    right: last < queries ? keys - at(last) : 0,
    mask: { queries, keys, row: (q) => (q < first || q >= last ? NONE : mask.row(q)) },
  };
}
