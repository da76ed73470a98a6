/**
 * @file A lesson inside a course page's frame talks to the page around it, documented in docs/embedding.md.
 *
 * Only a lesson that stands in a frame and was asked for with embed=1 listens or speaks. What goes out says how far the
 * reader came, never what they answered and never who they are; what comes in may ask, or turn to a step, and no more.
 */
import { anything, object, oneOf, readable } from '../../core/schema';
import { readLessonQuery } from '../../lessons/link';
import type { Study } from '../../state/study.svelte';
import { parseHash } from '../route';

const SOURCE = 'zebra-lab';
const VERSION = 1;

type Outgoing = Readonly<Record<string, unknown>> & { readonly type: 'ready' | 'state' | 'result' };

/** What was said to whom: a lesson is ready once, and a state is told when it is another. */
const said = new WeakMap<Study, string>();

/** Listens until the returned function is called; tells the page around where the reader is, when that changed. */
export function bridge(study: Study, here: Window): (() => void) | undefined {
  const around = here.parent;
  if (around === here || !readLessonQuery(parseHash(here.location.hash).query).embed)
    return undefined;
  // Nobody told us the page's address, and this holds nothing that only some may know.
  const tell = (message: Outgoing) => around.postMessage(signed(message), '*');

  const state = stateOf(study);
  const words = JSON.stringify(state);
  if (!said.has(study)) tell(readyOf(study));
  if (said.get(study) !== words) tell(state);
  said.set(study, words);

  const receive = (event: MessageEvent) => {
    if (event.source !== around) return;
    const message = readable(asked, event.data);
    // Whoever asks is answered where they asked from; a page without an origin (a file, a sandbox) is called 'null'.
    const answer = (reply: Outgoing) =>
      around.postMessage(signed(reply), event.origin === 'null' ? '*' : event.origin);
    if (message?.type === 'state') answer(stateOf(study));
    else if (message?.type === 'result') answer(resultOf(study));
    else if (message?.type === 'go') {
      const index = study.lesson.steps.findIndex(({ slug }) => slug === message.step);
      if (index >= 0) study.go(index);
    }
  };
  here.addEventListener('message', receive);
  return () => here.removeEventListener('message', receive);
}

const signed = (message: Outgoing) => ({ source: SOURCE, version: VERSION, ...message });

const readyOf = ({ lesson }: Study): Outgoing => ({
  type: 'ready',
  lesson: lesson.id,
  title: lesson.title,
  steps: lesson.steps.map(({ slug, title }) => ({ slug, title })),
});

const stateOf = ({ lesson, step, at, done, score }: Study): Outgoing => ({
  type: 'state',
  lesson: lesson.id,
  step: step.slug,
  index: at,
  stepDone: done,
  steps: score.steps,
  done: score.done,
  exercises: score.exercises,
  right: score.right,
});

/** Scores alone: a course may show them, and a code with answers is only ever handed over by its reader. */
const resultOf = ({ lesson, score, progress }: Study): Outgoing => ({
  type: 'result',
  lesson: lesson.id,
  ...score,
  each: lesson.steps.flatMap(({ slug, exercises }) =>
    exercises.map(({ id, kind }) => {
      const { right, shown, tries = 0, hints = 0 } = progress.answers[id] ?? {};
      const state = shown ? 'shown' : right ? 'solved' : tries > 0 ? 'tried' : 'open';
      return { id, kind, step: slug, state, tries, hints };
    }),
  ),
});

/** A message for us; whatever else is said on the page is none of our business. */
const asked = object({ target: oneOf([SOURCE]), type: anything, step: anything }, 'ignored');
