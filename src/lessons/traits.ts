/**
 * @file Properties that hold for every row of a layer's mask, so that a sentence is used only for layers it is true of.
 */
import type { PatternSpec } from '../attention/pattern';
import { maskFacts } from '../attention/facts';
import { maskOf } from '../attention/expression';
import { patterns } from '../attention/registry';
import { count, has } from '../attention/runs';

export interface Traits {
  /** No query reads a token that comes after it. */
  readonly causal: boolean;
  /** Each query reads itself. */
  readonly itself: boolean;
  /**
   * Query q reads q + 1 keys up to this number, and all later ones exactly this many; undefined if rows behave
   * otherwise.
   */
  readonly full: number | undefined;
}

export function traitsOf({ pattern, params }: PatternSpec, T: number): Traits {
  const rule = patterns.get(pattern);
  const mask = maskOf(rule.expression(params), T);
  const last = count(mask.row(T - 1));
  let [itself, grows] = [true, true];
  for (let q = 0; q < T; q++) {
    const row = mask.row(q);
    itself &&= has(row, q);
    grows &&= count(row) === Math.min(q + 1, last);
  }
  const causal = maskFacts({ pattern, params }, T).future === undefined;
  return { causal, itself, full: grows && rule.chunk(params) === 0 ? last : undefined };
}

/** Each query reads one run of tokens that ends with itself and is no wider than the window, and nothing else. */
export const isWindow = ({ pattern, params }: PatternSpec): boolean => {
  const rule = patterns.get(pattern);
  return params['window'] !== undefined && rule.firstKey !== undefined && rule.chunk(params) === 0;
};

/** The last of T tokens reads every token, directly or in a summary. */
export const seesAll = ({ pattern, params }: PatternSpec, T: number): boolean =>
  count(maskOf(patterns.get(pattern).expression(params), T).row(T - 1)) === T;
