/**
 * @file Spreads the drawing of something new over several tasks: a frame that drew everything would delay the response
 * to input.
 */
import { untrack } from 'svelte';

/** Calls back once, after the page has next painted; the function it returns cancels that. */
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
 * The number of rows of a list to draw: `more` more with every frame. The rows a page opens with are drawn at once, and
 * removed rows disappear at once. Call it only where an effect can be created.
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
