/**
 * @file Spreads the drawing of something new over several tasks: a frame that drew everything would delay the response
 * to input.
 */
import { untrack } from 'svelte';

/** Calls back once, after the page has next painted; the function it returns cancels that. */
type AfterFrame = (then: () => void) => () => void;

export const afterFrame: AfterFrame = (then) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(then);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
};

/**
 * The number of rows of a list to draw: `more` more with every frame. The rows a page opens with are drawn at once
 * unless `first` gives fewer, and removed rows disappear at once. Call it only where an effect can be created.
 */
export function gradually(
  total: () => number,
  more = 1,
  after: AfterFrame = afterFrame,
  first = total(),
): { readonly rows: number } {
  let drawn = $state(first);
  $effect(() => {
    const all = total();
    if (drawn > all) drawn = all;
    if (drawn < all) return after(() => (drawn = Math.min(all, drawn + more)));
    return undefined;
  });
  return {
    get rows() {
      return Math.min(drawn, total());
    },
  };
}

/**
 * A page that opens in `parts` parts: the first at once, and one more with every frame, so that no task draws all of
 * it. `drawn` counts them. Call it only where an effect can be created.
 */
export function inParts(parts: number, after: AfterFrame = afterFrame): { readonly drawn: number } {
  const list = gradually(() => parts, 1, after, 1);
  return {
    get drawn() {
      return list.rows;
    },
  };
}

/**
 * The value that a less urgent part of the page shows: it follows `newest` a frame later. Call it only where an effect
 * can be created.
 */
export function following<T>(
  newest: () => T,
  after: AfterFrame = afterFrame,
): { readonly value: T } {
  let shown = $state.raw(newest());
  $effect(() => {
    const next = newest();
    if (next === untrack(() => shown)) return undefined;
    return after(() => (shown = next));
  });
  return {
    get value() {
      return shown;
    },
  };
}
