/**
 * @file What a token can depend on through a stack of layers: the boolean product of the layers' masks.
 *
 * After n local layers of window W that is 1 + n (W - 1) tokens; the tests check this closed form against the product.
 */
import { remembering } from '../core/remember';
import { maskOf } from './expression';
import { extentOf } from './need';
import type { Mask } from './mask';
import type { Runs } from './runs';
import type { LayerPlan, PatternSpec } from './pattern';
import { patterns } from './registry';

/**
 * cone[l][k] says whether `query` at the top of the stack depends on token k as layer l receives it.
 * cone[layers.length] is the query alone; cone[0] is the raw input.
 */
export const reachCone = (plan: LayerPlan, T: number, query: number): readonly Uint8Array[] =>
  coneThrough(masksOf(plan, T, new Map()), T, query);

/** The same through any masks of T tokens, first layer first. */
export function coneThrough(masks: readonly Mask[], T: number, query: number): Uint8Array[] {
  const cone: Uint8Array[] = new Array(masks.length + 1);
  cone[masks.length] = Uint8Array.from({ length: T }, (_, k) => +(k === query));
  for (let l = masks.length - 1; l >= 0; l--) cone[l] = readBy(masks[l]!.row, cone[l + 1]!);
  return cone;
}

/** How many tokens of the input the last layer's `query` can depend on (by default the last token). */
export const reach = (plan: LayerPlan, T: number, query = T - 1): number =>
  known(JSON.stringify([plan, T, query]));

/** Cached: a page rewrites its text about its runs on every message from them. */
const known = remembering(256, (written) => {
  const [plan, T, query] = JSON.parse(written) as [LayerPlan, number, number];
  return count(plan, T, query, new Map());
});

/** The reach of the last token through the first layer, through the first two, and so on to the whole plan. */
export const reaches = (plan: LayerPlan, T: number): readonly number[] =>
  knownThrough(JSON.stringify([plan, T]));

const knownThrough = remembering(64, (written) => {
  const [plan, T] = JSON.parse(written) as [LayerPlan, number];
  const masks: Masks = new Map();
  return plan.map((_, last) => count(plan.slice(0, last + 1), T, T - 1, masks));
});

function count(plan: LayerPlan, T: number, query: number, masks: Masks): number {
  const counted = (tokens: number, at: number) =>
    coneThrough(masksOf(plan, tokens, masks), tokens, at)[0]!.reduce((sum, bit) => sum + bit, 0);
  const short = query === T - 1 ? shortTexts(plan, T) : undefined;
  if (!short) return counted(T, query);
  // If masks repeat with a period, each further period of text adds the same number of tokens.
  const [a, b] = short.lengths.map((tokens) => counted(tokens, tokens - 1)) as [number, number];
  return a + short.periods * (b - a);
}

/**
 * Two texts a period apart, from which to extrapolate a long one, `periods` periods longer than the first; undefined if
 * the long one is itself short.
 */
function shortTexts(plan: LayerPlan, T: number) {
  const { reach, period } = extentOf({
    kind: 'and',
    of: plan.map(({ pattern, params }) => patterns.get(pattern).expression(params)),
  });
  // Each layer moves at most one reach and one period further from the end, and needs the same margin at the beginning.
  const least = 2 * (plan.length + 1) * (reach + period);
  const first = least + ((((T - least) % period) + period) % period);
  if (!(first + 2 * period < T)) return undefined; // also if nothing repeats
  return { lengths: [first, first + period] as const, periods: (T - first) / period };
}

/** The tokens that reach each query, as themselves or in a summary. */
const throughOf = ({ pattern, params }: PatternSpec, T: number): Mask =>
  maskOf(patterns.get(pattern).expression(params), T);

/** For the layers and the number of tokens exactly as given. */
type Masks = Map<string, Mask>;

/** Layers that read alike share one mask, whose rows are worked out once. */
const masksOf = (plan: LayerPlan, T: number, known: Masks): readonly Mask[] =>
  plan.map((layer) => {
    const name = JSON.stringify([layer, T]);
    const mask = known.get(name) ?? throughOf(layer, T);
    known.set(name, mask);
    return mask;
  });

/** All keys read by any of the marked queries, [T]. */
export function readBy(row: (q: number) => Runs, queries: Uint8Array): Uint8Array {
  const T = queries.length;
  const edges = new Int32Array(T + 1);
  for (let q = 0; q < T; q++) {
    if (!queries[q]) continue;
    const runs = row(q);
    for (let r = 0; r < runs.length; r += 2) {
      edges[runs[r]!]!++;
      edges[runs[r + 1]!]!--;
    }
  }
  const read = new Uint8Array(T);
  for (let k = 0, open = 0; k < T; k++) {
    open += edges[k]!;
    read[k] = +(open > 0);
  }
  return read;
}
