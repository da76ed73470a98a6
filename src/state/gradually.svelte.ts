/** @file What a page shows of something new, in more than one task: a frame that drew everything would keep the hand waiting. */
import { untrack } from 'svelte';

/** Calls back once, after the page has next painted; what it gives back calls that off. */
type AfterFrame = (then: () => void) => () => void;

const afterFrame: AfterFrame = (then) => {
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
 * How many rows of a list are drawn: `more` more with every frame. What a page opens with is drawn at once, and what is
 * taken away goes at once. To be called where effects may be.
 */
export function gradually(
  total: () => number,
  more = 1,
  after: AfterFrame = afterFrame,
): { readonly rows: number } {
  let drawn = $state(total());
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

/** A value as the page showed it last: what is not looked at first follows a frame later. To be called where effects may be. */
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
