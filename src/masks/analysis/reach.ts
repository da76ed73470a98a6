/**
 * @file What a query depends on through a stack: the boolean product of the layers' masks, row by row as runs. Every
 * layer adds to its input (the residual stream), so a token depends on itself whatever its mask says.
 */
import type { Mask } from '../../attention/mask';
import { run, union, has, type Runs } from '../../attention/runs';

/**
 * reach[l] are the tokens, as layer l receives them, that `query` depends on at the top; reach[layers] is the query
 * alone, reach[0] the raw input. Square masks of one size.
 */
export function reachOf(layers: readonly Mask[], query: number): readonly Runs[] {
  const reach: Runs[] = new Array(layers.length + 1);
  reach[layers.length] = run(query, query + 1);
  for (let l = layers.length - 1; l >= 0; l--)
    reach[l] = union(readBy(layers[l]!, reach[l + 1]!), reach[l + 1]!);
  return reach;
}

/** All keys that any of the queries read, merged pairwise so that each merge handles few runs. */
function readBy(mask: Mask, queries: Runs): Runs {
  let rows: Runs[] = [];
  for (let i = 0; i < queries.length; i += 2)
    for (let q = queries[i]!; q < queries[i + 1]!; q++) rows.push(mask.row(q));
  while (rows.length > 1) {
    const halved: Runs[] = [];
    for (let i = 0; i < rows.length; i += 2)
      halved.push(i + 1 < rows.length ? union(rows[i]!, rows[i + 1]!) : rows[i]!);
    rows = halved;
  }
  return rows[0] ?? [];
}

/**
 * How many of the first layers it takes for token `key` to reach position `query`; undefined if even all of them are
 * not enough.
 */
export function layersUntil(
  layers: readonly Mask[],
  query: number,
  key: number,
): number | undefined {
  for (let depth = 0; depth <= layers.length; depth++) {
    const [input] = reachOf(layers.slice(0, depth), query);
    if (has(input!, key)) return depth;
  }
  return undefined;
}
