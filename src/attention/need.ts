/**
 * @file Which keys later queries still read: what a decoder must hold, computed from the mask alone.
 *
 * `lastReaders` is for a mask of known length. `needOver` is for a text that a decoder writes and that may always continue: it looks for the last query that reads a key so far ahead that nothing new can follow.
 */
import { readRows } from './given';
import { brief, maskOf, terms, type Expression } from './expression';
import { read } from './parse';
import { MAX_TOKENS, type Mask } from './mask';
import { remembering } from '../core/remember';
import { clip, type Runs } from './runs';

/** The last query that may read each of the first `keys` keys; -1 if none may. */
export function lastReaders(mask: Mask, keys = mask.keys): Int32Array {
  const last = new Int32Array(keys).fill(-1);
  // next[k]: the first key from k on that has no reader yet, so that each key is set once.
  const next = Int32Array.from({ length: keys + 1 }, (_, k) => k);
  const free = (key: number) => {
    let at = key;
    while (next[at] !== at) at = next[at] = next[next[at]!]!;
    return at;
  };
  for (let q = mask.queries - 1; q >= 0 && free(0) < keys; q--) {
    const runs = mask.row(q);
    for (let r = 0; r < runs.length && runs[r]! < keys; r += 2)
      for (let k = free(runs[r]!); k < Math.min(keys, runs[r + 1]!); k = free(k + 1)) {
        last[k] = q;
        next[k] = k + 1;
      }
  }
  return last;
}

/** Those of the keys 0 … t that a query at position t or later reads. */
export function neededFrom(last: Int32Array, ahead: number, t: number): Runs {
  const needed: number[] = [];
  for (let k = 0, open = false; k <= t + 1; k++) {
    const now = k <= t && last[k]! + ahead >= t && last[k]! >= 0;
    if (now !== open) needed.push(k);
    open = now;
  }
  return needed;
}

// ------------------------------------------------------------------------------------------------- text that continues

/** The positions, distances and period that an expression's numbers stand for. */
export interface Extent {
  /** The largest position or distance in a term, in tokens. */
  readonly reach: number;
  /** Far from those positions, a pair of tokens is treated like the pair this many tokens later. */
  readonly period: number;
}

export function extentOf(expression: Expression): Extent {
  if (expression.kind === 'not') return extentOf(expression.of);
  if (expression.kind === 'rows') return { reach: readRows(expression.content).T, period: 1 };
  if (expression.kind !== 'term')
    return expression.of
      .map(extentOf)
      .reduce(
        (a, b) => ({ reach: Math.max(a.reach, b.reach), period: common(a.period, b.period) }),
        { reach: 1, period: 1 },
      );
  const { params, period, extent } = terms.get(expression.term);
  const { numbers } = expression;
  // Two numbers of one term may add up: a window, rounded out to a chunk.
  const own = numbers.slice(0, params.length).reduce((a, b) => a + b, 0);
  const rest = numbers.slice(params.length).reduce((a, b) => Math.max(a, b), 0);
  return { reach: Math.max(own, rest, extent?.(numbers) ?? 0), period: period?.(numbers) ?? 1 };
}

/** The least common multiple; Infinity once it is longer than any sequence here. */
function common(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  const both = a === Infinity || b === Infinity ? Infinity : (a / divisor(a, b)) * b;
  return both > MAX_TOKENS ? Infinity : both;
}

/** How many tokens to look at so that they include the last query that reads one of the first T. */
export function horizonOf(expression: Expression, T: number): number {
  const { reach, period } = extentOf(expression);
  // A period longer than any sequence here never repeats.
  return Math.max(T, reach) + reach + Math.min(period, MAX_TOKENS) + 1;
}

/** The mask over the first T tokens of a text that may continue: no padding at an end that has not been reached yet. */
export function textOf(expression: Expression, T: number): Mask {
  const further = maskOf(expression, horizonOf(expression, T));
  return { queries: T, keys: T, row: (q) => clip(further.row(q), 0, T) };
}

/** What a decoder must hold of the first `tokens` tokens of a text that may continue. */
export interface Need {
  readonly tokens: number;
  /**
   * [tokens] The last query that reads each key; -1 if none does. A key is needed from the step that writes it up to
   * this query.
   */
  readonly last: Int32Array;
  /** [tokens] How many keys step t needs: those written by then that query t or a later one reads. */
  readonly held: Int32Array;
}

const FEWEST = 64;
const MAX_KEPT = 128;
/** For at least T tokens. Cached: a decoder asks at every token, a curve at every length. */
export const needOver = (expression: Expression, T: number): Need =>
  remembered(`${Math.max(FEWEST, 2 ** Math.ceil(Math.log2(T)))} ${brief(expression)}`);

const remembered = remembering(MAX_KEPT, (key): Need => {
  const at = key.indexOf(' ');
  const [tokens, expression] = [Number(key.slice(0, at)), read(key.slice(at + 1))];
  const last = lastReaders(maskOf(expression, horizonOf(expression, tokens)), tokens);
  const held = new Int32Array(tokens);
  for (let k = 0; k < tokens; k++) {
    if (last[k]! < k) continue; // read only by queries before it, which a decoder has computed by then
    held[k]!++;
    if (last[k]! + 1 < tokens) held[last[k]! + 1]!--;
  }
  for (let t = 1; t < tokens; t++) held[t]! += held[t - 1]!;
  return { tokens, last, held };
});

/** The most keys a decoder must hold at once, however long the text; Infinity if they grow with it. */
export function maxNeeded(expression: Expression): number {
  const { reach, period } = extentOf(expression);
  if (period === Infinity) return Infinity;
  // From here on each period is like the one before it, and adds the same number of keys that stay.
  const settled = 2 * reach + period;
  const { held } = needOver(expression, settled + period + 1);
  if (held[settled + period]! > held[settled]!) return Infinity;
  return held.subarray(0, settled + period).reduce((most, keys) => Math.max(most, keys), 0);
}
