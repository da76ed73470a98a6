/** @file Where a reader continues: in their latest lesson, or with the next unfinished one. */
import type { Heading } from './document';
import { isFinished, type Progress } from './progress';

export interface Onward {
  readonly head: Heading;
  /** The step to continue with; undefined: start of the lesson. */
  readonly step?: Heading['steps'][number];
  readonly fresh: boolean; // the reader has done nothing yet in any lesson
}

/** `heads` in the order of the site; `progress` with the latest lesson last. Undefined if all are finished. */
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
