/**
 * @file How long a reader was at each step, in whole seconds. Told apart by what can be seen from a page: it is in view,
 * and somebody did something not long ago. No times of day are kept, only sums.
 */
import { dictionary, refine, whole, type Schema } from '../core/schema';
import { slug } from './slug';

/** A step that was left open overnight counts no longer than this, seconds. */
const MOST = 6 * 3600;
const MOST_STEPS = 100;
/** Without a key, a click, a touch or a movement for this long, a reader is taken to be elsewhere; milliseconds. */
export const IDLE_MS = 120_000;

/** As it is kept or was handed in; undefined where there is none. What is no time is left out. */
export const seconds: Schema<Readonly<Record<string, number>> | undefined> = refine(
  dictionary(slug, whole({ min: 1, max: MOST }), MOST_STEPS),
  (all) => (Object.keys(all).length > 0 ? all : undefined),
);

/** `more` whole seconds at a step. */
export function spentAt(
  before: Readonly<Record<string, number>> | undefined,
  slug: string,
  more: number,
): Readonly<Record<string, number>> {
  const had = before && Object.hasOwn(before, slug) ? before[slug]! : 0;
  return { ...before, [slug]: Math.min(MOST, had + more) };
}

/** What of the time since the last look counts, ms: nothing out of view, nothing after a long silence. */
export function countedMs(
  passed: number,
  { visible, silence }: { readonly visible: boolean; readonly silence: number },
): number {
  // A machine that slept wakes up with hours passed at once.
  return visible && silence < IDLE_MS ? Math.min(Math.max(0, passed), IDLE_MS) : 0;
}
