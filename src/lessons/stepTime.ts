/**
 * @file How long a reader was at each step, in whole seconds: the time the page was in view with recent input. Only
 * sums are kept, no times of day.
 */
import { dictionary, refine, whole, type Schema } from '../core/schema';
import { slug } from './slug';

/** A step that was left open overnight counts for no longer than this, seconds. */
const MOST = 6 * 3600;
const MAX_STEPS = 100;
/** After this long without a key, click, touch or movement, the reader counts as away; milliseconds. */
export const IDLE_MS = 120_000;

/** As stored or handed in; undefined if missing. Invalid times are left out. */
export const seconds: Schema<Readonly<Record<string, number>> | undefined> = refine(
  dictionary(slug, whole({ min: 1, max: MOST }), MAX_STEPS),
  (all) => (Object.keys(all).length > 0 ? all : undefined),
);

/** Adds `more` whole seconds to a step. */
export function spentAt(
  before: Readonly<Record<string, number>> | undefined,
  slug: string,
  more: number,
): Readonly<Record<string, number>> {
  const had = before && Object.hasOwn(before, slug) ? before[slug]! : 0;
  return { ...before, [slug]: Math.min(MOST, had + more) };
}

/**
 * How much of the time since the last check counts, ms: nothing while the page is out of view, or after a long time
 * without input.
 */
export function countedMs(
  passed: number,
  { visible, silence }: { readonly visible: boolean; readonly silence: number },
): number {
  // After sleep, a machine reports hours passed at once.
  return visible && silence < IDLE_MS ? Math.min(Math.max(0, passed), IDLE_MS) : 0;
}
