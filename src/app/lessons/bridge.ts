/**
 * @file Messages between a lesson inside a course page's frame and the page around it; documented in
 * docs/embedding.md.
 *
 * Only a lesson in a frame that was opened with embed=1 listens or sends. It sends the reader's progress, never their
 * answers or identity; incoming messages can only request the state or go to a step.
 */
import { anything, object, oneOf, readable } from '../../core/schema';
import { readLessonQuery } from '../../lessons/link';
import { farOf, type PredictExercise } from '../../lessons/exercises/predict';
import type { Study } from '../../state/study.svelte';
import { splitFragment } from '../route';

const SOURCE = 'zebra-lab';
const VERSION = 1;

type Outgoing = Readonly<Record<string, unknown>> & { readonly type: 'ready' | 'state' | 'result' };

/** The last state sent per study: `ready` is sent once, a state only when it changes. */
const said = new WeakMap<Study, string>();

/** Listens until the returned function is called; tells the surrounding page the reader's position when it changes. */
export function bridge(study: Study, here: Window): (() => void) | undefined {
  const around = here.parent;
  if (around === here || !readLessonQuery(splitFragment(here.location.hash).query).embed)
    return undefined;
  // The surrounding page's origin is unknown here, and nothing in the message is confidential.
  const tell = (message: Outgoing) => around.postMessage(signed(message), '*');

  const state = stateOf(study);
  const words = JSON.stringify(state);
  if (!said.has(study)) tell(readyOf(study));
  if (said.get(study) !== words) tell(state);
  said.set(study, words);

  const receive = (event: MessageEvent) => {
    if (event.source !== around) return;
    const message = readable(asked, event.data);
    // Replies go to the sender's origin; a page without one (a file, a sandbox) reports 'null'.
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

/** Only scores, which a course may show; a code with answers is handed over only by the reader. */
const resultOf = ({ lesson, score, progress }: Study): Outgoing => ({
  type: 'result',
  lesson: lesson.id,
  ...score,
  each: lesson.steps.flatMap(({ slug, exercises }) =>
    exercises.map(({ id, kind, of }) => {
      const { answer, came, right, shown, tries = 0, hints = 0 } = progress.answers[id] ?? {};
      const state = shown ? 'shown' : right ? 'solved' : tries > 0 ? 'tried' : 'open';
      // `state` has no word for a far-off prediction, and pages that exist know no other words.
      const judged = kind === 'predict' && typeof answer === 'number' && came !== undefined;
      const close = judged && farOf(of as PredictExercise, answer, came) === 'near';
      return { id, kind, step: slug, state, tries, hints, ...(judged && { close }) };
    }),
  ),
});

/** A message for us; other messages on the page are ignored. */
const asked = object({ target: oneOf([SOURCE]), type: anything, step: anything }, 'ignored');
