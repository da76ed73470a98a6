/**
 * @file What a decoder holds of each layer while it writes: the keys at every step, their slots, what leaves, how many
 * bytes; and what it must hold, worked out from the mask alone.
 *
 * Step t answers query t. Its own key is written first, so a ring of W slots holds t - W + 1 … t: W keys, the query
 * included, as our decoder does (src/model/decode.ts).
 */
import type { PatternSpec } from '../../attention/pattern';
import { border } from '../../attention/border';
import type { Mask } from '../../attention/mask';
import { lastReaders, neededFrom } from '../../attention/need';
import { count, minus, NONE, run, type Runs } from '../../attention/runs';

export type Cache = {
  /** Whether what is held is read through the mask, or read whole: the shortcut of some decoders. By default the mask. */
  readonly reads?: 'mask' | 'all';
} & (
  | { readonly kind: 'all' }
  /** Token t stands in slot t mod `slots` and drives out token t - slots. */
  | { readonly kind: 'ring'; readonly slots: number }
  /** The tokens of an approximate layer's window, and one average for each chunk before it. */
  | { readonly kind: 'summaries'; readonly window: number; readonly chunk: number }
);

/** The cache our decoder keeps for a layer. */
export function cacheOf({ pattern, params }: PatternSpec): Cache {
  switch (pattern) {
    case 'global':
      return { kind: 'all' };
    case 'local':
      return { kind: 'ring', slots: params['window']! };
    case 'approximate':
      return { kind: 'summaries', window: params['window']!, chunk: params['chunk']! };
    default:
      throw new Error(`pattern ${pattern} has no cache yet`);
  }
}

/** First token held as itself at step t. */
function firstHeld(cache: Cache, t: number): number {
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
export const heldAt = (cache: Cache, t: number): Runs => run(firstHeld(cache, t), t + 1);

/** Tokens a query at step t finds in the cache, as themselves or in an average. */
export const foundAt = (cache: Cache, t: number): Runs =>
  cache.kind === 'summaries' ? run(0, t + 1) : heldAt(cache, t);

/** Keys (tokens and averages) held at step t. */
export function entriesAt(cache: Cache, t: number): number {
  const first = firstHeld(cache, t);
  return t + 1 - first + (cache.kind === 'summaries' ? first / cache.chunk : 0);
}

/** The slot of a token: a ring wraps, everything else grows. Tokens of a window before averages have none of their own. */
export const slotOf = (cache: Cache, token: number): number =>
  cache.kind === 'ring' ? token % cache.slots : token;

/** Which token stands in each slot of a ring at step t; -1 where none has been written. */
export function slotsAt(slots: number, t: number): Int32Array {
  return Int32Array.from({ length: slots }, (_, slot) =>
    slot > t ? -1 : t - ((t - slot) % slots),
  );
}

export interface Moment {
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
  /** Needed and not to be found. */
  readonly lost: Runs;
  /** Held and needed by nobody any more. */
  readonly idle: Runs;
}

export interface Timeline {
  readonly steps: number;
  /** Worked out when it is asked for. */
  at(step: number): Moment;
}

/** The cache of one layer over all steps of its mask; without a cache, what is needed is what is held. */
export function timelineOf(mask: Mask, bytesPerEntry: number, cache?: Cache): Timeline {
  const last = lastReaders(mask);
  const ahead = mask.keys - mask.queries; // tokens that were there before the first query
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
