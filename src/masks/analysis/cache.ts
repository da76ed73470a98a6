/**
 * @file What a decoder holds for each layer during generation: the keys at every step, their slots, what is
 * evicted, how many bytes; and what it must hold, derived from the mask alone.
 *
 * Step t computes query t. Its own key is written first, so a ring of W slots holds t - W + 1 … t: W keys, the query
 * included, as in our decoder (src/model/decode/decoder.ts).
 */
import { border } from '../../attention/border';
import type { Expression } from '../../attention/expression';
import type { Mask } from '../../attention/mask';
import { lastReaders, neededFrom, needOver } from '../../attention/need';
import type { PatternSpec } from '../../attention/pattern';
import { patterns } from '../../attention/registry';
import { maxExact, pinsAt } from '../../attention/slots';
import { count, minus, NONE, run, type Runs } from '../../attention/runs';

export type Cache = {
  /**
   * Which of the held tokens a query reads: those that the mask allows (the default), or all of them, a shortcut of
   * some decoders.
   */
  readonly reads?: 'mask' | 'all';
} & (
  | { readonly kind: 'all' }
  /** Token t is in slot t mod `slots` and evicts token t - slots. */
  | { readonly kind: 'ring'; readonly slots: number }
  /** The tokens of an approximate layer's window, and one average for each chunk before it. */
  | { readonly kind: 'summaries'; readonly window: number; readonly chunk: number }
  /**
   * The tokens that the newest query of this mask or a later one reads, in a text that may continue. Each keeps its
   * slot until no such query reads it; then the slot is reused.
   */
  | { readonly kind: 'pinned'; readonly expression: Expression }
);

/** The cache our decoder keeps for a layer. */
export function cacheOf(spec: PatternSpec): Cache {
  const rule = patterns.get(spec.pattern);
  if (!rule.firstKey) return { kind: 'pinned', expression: rule.expression(spec.params) };
  const slots = maxExact(spec);
  const chunk = rule.chunk(spec.params);
  // The window is extended back to a chunk boundary, so it holds up to chunk - 1 tokens more than its own length.
  if (chunk > 0) return { kind: 'summaries', window: slots - chunk + 1, chunk };
  return slots === Infinity ? { kind: 'all' } : { kind: 'ring', slots };
}

/** The first token held as itself at step t; all later tokens are held as themselves too. */
function firstHeld(cache: Exclude<Cache, { kind: 'pinned' }>, t: number): number {
  switch (cache.kind) {
    case 'all':
      return 0;
    case 'ring':
      return Math.max(0, t - cache.slots + 1);
    case 'summaries':
      return border(t, cache.window, cache.chunk);
  }
}

/** Tokens held as themselves at step t. */
export const heldAt = (cache: Cache, t: number): Runs =>
  cache.kind === 'pinned'
    ? neededFrom(needOver(cache.expression, t + 1).last, 0, t)
    : run(firstHeld(cache, t), t + 1);

/** Tokens a query at step t finds in the cache, as themselves or in an average. */
export const foundAt = (cache: Cache, t: number): Runs =>
  cache.kind === 'summaries' ? run(0, t + 1) : heldAt(cache, t);

/** Keys (tokens and averages) held at step t. */
export function entriesAt(cache: Cache, t: number): number {
  if (cache.kind === 'pinned') return needOver(cache.expression, t + 1).held[t]!;
  const first = firstHeld(cache, t);
  return t + 1 - first + (cache.kind === 'summaries' ? first / cache.chunk : 0);
}

/**
 * The slot a token is written to; -1 if it is not held. A ring wraps around, and pinned slots are reused. Otherwise the
 * slot is the number of the token, also with averages, although our decoder reuses the slots of that window.
 */
export function slotOf(cache: Cache, token: number): number {
  if (cache.kind === 'ring') return token % cache.slots;
  if (cache.kind !== 'pinned') return token;
  const { tokens, slots } = pinsAt(cache.expression, token);
  return tokens.at(-1) === token ? slots.at(-1)! : -1;
}

/** The token in each slot of a mask at step t, for all slots ever used; -1 if empty. */
export function pinnedAt(expression: Expression, t: number): Int32Array {
  const { tokens, slots, used } = pinsAt(expression, t);
  const standing = new Int32Array(used).fill(-1);
  tokens.forEach((token, i) => (standing[slots[i]!] = token));
  return standing;
}

/** The token in each slot of a ring at step t; -1 if none was written. */
export function slotsAt(slots: number, t: number): Int32Array {
  return Int32Array.from({ length: slots }, (_, slot) =>
    slot > t ? -1 : t - ((t - slot) % slots),
  );
}

interface CacheStep {
  readonly step: number;
  /** Tokens held as themselves. */
  readonly held: Runs;
  /** Tokens that left at this step. */
  readonly evicted: Runs;
  /** Keys held, tokens and averages. */
  readonly entries: number;
  readonly bytes: number;
  /** Tokens this query or a later one may read: a decoder must find them. */
  readonly needed: Runs;
  /** Needed but missing. */
  readonly lost: Runs;
  /** Held but no longer needed. */
  readonly idle: Runs;
}

export interface Timeline {
  readonly steps: number;
  /** Computed on request. */
  at(step: number): CacheStep;
}

/** The cache of one layer over all steps of its mask; without a cache, exactly what is needed is held. */
export function timelineOf(mask: Mask, bytesPerEntry: number, cache?: Cache): Timeline {
  const last = lastReaders(mask);
  const ahead = mask.keys - mask.queries; // tokens before the first query
  const neededAt = (t: number): Runs => neededFrom(last, ahead, t);
  return {
    steps: mask.keys,
    at(step) {
      const needed = neededAt(step);
      const heldThen = (t: number) => (t < 0 ? NONE : cache ? heldAt(cache, t) : neededAt(t));
      const held = heldThen(step);
      const entries = cache ? entriesAt(cache, step) : count(held);
      return {
        step,
        held,
        evicted: minus(heldThen(step - 1), held),
        entries,
        bytes: entries * bytesPerEntry,
        needed,
        lost: minus(needed, cache ? foundAt(cache, step) : held),
        idle: minus(held, needed),
      };
    },
  };
}
