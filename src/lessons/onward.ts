/** @file Where a reader goes on: in the lesson they were at last, or with the next one that they have not finished. */
import type { Heading } from './document';
import { isFinished, type Progress } from './progress';

export interface Onward {
  readonly head: Heading;
  /** The step to go on with; undefined: the lesson from its beginning. */
  readonly step?: Heading['steps'][number];
  readonly fresh: boolean; // nothing was done yet, in any lesson
}

/** `heads` in the order of the site; `progress` with the lesson of last time last. Undefined when all are finished. */
export function onward(heads: readonly Heading[], progress: Progress): Onward | undefined {
  const latest = Object.keys(progress).findLast((id) => heads.some((head) => head.id === id));
  const finished = (head: Heading) => {
    const own = progress[head.id];
    return own !== undefined && isFinished(head, own);
  };
  if (latest === undefined) return heads[0] && { head: heads[0], fresh: true };
  const at = heads.findIndex(({ id }) => id === latest);
  const head = [...heads.slice(at), ...heads.slice(0, at)].find((one) => !finished(one));
  if (!head) return undefined;
  const step = head.steps.find(({ slug }) => slug === progress[head.id]?.at);
  return { head, fresh: false, ...(step && { step }) };
}
