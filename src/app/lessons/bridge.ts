/**
 * @file A lesson inside a course page's frame talks to the page around it, documented in docs/embedding.md.
 *
 * What goes out says what the reader did, never what they wrote; what comes in may turn the page to a step, and nothing
 * else. Only an embedded page listens or speaks.
 */
import { effectiveAround } from './around';
import type { Study } from '../../state/study.svelte';

export const SOURCE = 'zebra-lab';
export const VERSION = 1;

/** Listens until the returned function is called; tells the page around at once where the reader is, and whenever it changes. */
export function bridge(study: Study, here: Window): (() => void) | undefined {
  const around = effectiveAround(here);
  if (!around) return undefined;
  const { lesson, score, step, at, done } = study;
  around.postMessage(
    {
      source: SOURCE,
      version: VERSION,
      type: 'state',
      lesson: lesson.id,
      step: step.slug,
      index: at,
      stepDone: done,
      ...score,
    },
    '*', // it holds nothing that is anybody's secret
  );
  const receive = (event: MessageEvent) => {
    if (event.source !== around) return;
    const data: unknown = event.data;
    if (typeof data !== 'object' || data === null) return;
    const { target, type, step: wanted } = data as Record<string, unknown>;
    if (target !== SOURCE || type !== 'go' || typeof wanted !== 'string') return;
    const index = lesson.steps.findIndex(({ slug }) => slug === wanted);
    if (index >= 0) study.go(index);
  };
  here.addEventListener('message', receive);
  return () => here.removeEventListener('message', receive);
}
