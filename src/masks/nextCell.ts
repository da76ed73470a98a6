/** @file The next cell in which two masks differ, in reading order. */
import type { Difference, Mask } from '../attention/mask';
import { clip, differ } from '../attention/runs';

export function nextOf(
  a: Mask,
  b: Mask,
  after: Difference['first'] = { query: -1, key: 0 },
): Difference['first'] {
  for (let i = 0; i <= a.queries; i++) {
    const query = (Math.max(0, after.query) + i) % a.queries;
    const runs = differ(a.row(query), b.row(query));
    // The search begins after the cell in its row, and ends with the keys before it in that row.
    const from = i === 0 && after.query >= 0 ? after.key + 1 : 0;
    const rest = clip(runs, from, a.keys);
    if (rest.length > 0) return { query, key: rest[0]! };
  }
  return undefined;
}
