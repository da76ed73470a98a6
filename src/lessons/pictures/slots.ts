/**
 * @file What a layer's cache holds after t tokens, slot by slot, as our decoder stores it (src/model/decode/cache.ts).
 * The cache of a global layer grows; that of a local layer is a ring; that of an approximate layer is a ring plus a
 * slot per summary; for any other mask it has a slot for each token that will still be read.
 */
import { BLOCKED, EXACT, SUMMARY } from '../../attention/cells';
import type { PatternSpec } from '../../attention/pattern';
import {
  cacheOf,
  entriesAt,
  heldAt,
  pinnedAt,
  slotsAt,
  type Cache,
} from '../../masks/analysis/cache';
import { count, minus, NONE, sayRuns, type Runs } from '../../attention/runs';
import { saySummaries } from './masks';

export interface Shelf {
  readonly kind: 'growing' | 'ring' | 'summaries' | 'pinned';
  /** Slots the picture has room for; fewer may be in use. */
  readonly kinds: Uint8Array; // [room] nothing, a token, or a summary
  /** The content of each slot: '12', '0–3', '' if empty. */
  readonly names: readonly string[]; // [room]
  /** The slot written last. */
  readonly fresh: number | undefined;
}

export interface LayerSlots {
  readonly shelves: readonly Shelf[];
  readonly keys: number; // held, tokens and summaries
}

/** After `t` tokens, 1 <= t <= T: the last of them is the query, whose own key was just written. */
export function slotsOf(layer: PatternSpec, T: number, t: number): LayerSlots {
  const cache = cacheOf(layer);
  const now = t - 1;
  return {
    shelves: shelvesOf(cache, T, now),
    keys: entriesAt(cache, now),
  };
}

function shelvesOf(cache: Cache, T: number, now: number): readonly Shelf[] {
  switch (cache.kind) {
    case 'all':
      return [shelf('growing', T, (slot) => (slot <= now ? slot : -1), now)];
    case 'ring':
      return [ring(Math.min(T, cache.slots), now, 0)];
    case 'summaries': {
      const { chunk } = cache;
      // The most tokens that a window rounded out to a chunk boundary can hold.
      const slots = Math.min(T, cache.window + chunk - 1);
      const first = heldAt(cache, now)[0]!;
      const most = heldAt(cache, T - 1)[0]! / chunk;
      const made = first > heldAt(cache, Math.max(0, now - 1))[0]!;
      const summaries: Shelf = {
        kind: 'summaries',
        kinds: Uint8Array.from({ length: most }, (_, c) => (c < first / chunk ? SUMMARY : BLOCKED)),
        names: Array.from({ length: most }, (_, c) =>
          c < first / chunk ? `${c * chunk}–${(c + 1) * chunk - 1}` : '',
        ),
        fresh: made ? first / chunk - 1 : undefined,
      };
      return [ring(slots, now, first), ...(most > 0 ? [summaries] : [])];
    }
    case 'pinned': {
      const tokens = pinnedAt(cache.expression, now);
      const room = pinnedAt(cache.expression, T - 1).length;
      return [shelf('pinned', room, (slot) => tokens[slot] ?? -1, tokens.indexOf(now))];
    }
  }
}

/** A ring from which tokens before `first` were dropped, whether overwritten yet or not. */
function ring(slots: number, now: number, first: number): Shelf {
  const tokens = slotsAt(slots, now);
  return shelf('ring', slots, (slot) => (tokens[slot]! >= first ? tokens[slot]! : -1), now % slots);
}

function shelf(
  kind: Shelf['kind'],
  room: number,
  tokenIn: (slot: number) => number,
  fresh: number, // -1: none
): Shelf {
  const tokens = Array.from({ length: room }, (_, slot) => tokenIn(slot));
  return {
    kind,
    kinds: Uint8Array.from(tokens, (token) => (token < 0 ? BLOCKED : EXACT)),
    names: tokens.map((token) => (token < 0 ? '' : String(token))),
    fresh: fresh < 0 ? undefined : fresh,
  };
}

/** What happened when the last of `t` tokens arrived, in a sentence. */
export function sayStep(layer: PatternSpec, t: number): string {
  const cache = cacheOf(layer);
  const now = t - 1;
  switch (cache.kind) {
    case 'all':
      return `token ${now} took a new slot; nothing is ever dropped`;
    case 'ring': {
      const { slots } = cache;
      const slot = `slot ${now % slots}`;
      return now < slots
        ? `token ${now} went into ${slot} of the ring, which was free`
        : `token ${now} went into ${slot} of the ring, where token ${now - slots} was`;
    }
    case 'summaries': {
      const [first] = heldAt(cache, now);
      const before = heldAt(cache, Math.max(0, now - 1))[0]!;
      if (first === before) return `token ${now} went into the ring; no chunk left it`;
      const left = `tokens ${before} to ${first! - 1} left the ring`;
      return `${left}: ${saySummaries((first! - before) / cache.chunk)} in their place`;
    }
    case 'pinned': {
      const slot = pinnedAt(cache.expression, now).indexOf(now);
      const before = now > 0 ? heldAt(cache, now - 1) : NONE;
      const gone = minus(before, heldAt(cache, now));
      const came =
        slot < 0
          ? `token ${now} is not read by any query from itself on, and is not held`
          : `token ${now} went into slot ${slot}`;
      return gone.length > 0 ? `${sayDropped(gone)}; ${came}` : came;
    }
  }
}

const sayDropped = (keys: Runs) =>
  count(keys) === 1
    ? `token ${sayRuns(keys)} is read no more and dropped`
    : `tokens ${sayRuns(keys)} are read no more and dropped`;
