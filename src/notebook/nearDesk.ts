/** @file The desk in the thread of the page: a widget has no address from which a worker's script could be loaded. */
import { Desk } from '../masks/desk';
import type { Answer, Kind, Question } from '../masks/questions';
import { inPython, isTold } from './otherwise';
import type { AskedDesk } from '../workers/masks/client';

/** What can wait until the picture has been painted. */
const LATER: ReadonlySet<Kind> = new Set<Kind>(['findings', 'stack', 'numbers', 'difference']);

export function nearDesk(): AskedDesk {
  const desk = new Desk();
  return {
    async ask<K extends Kind>(question: Question<K>): Promise<Answer<K>> {
      if (LATER.has(question.kind)) await new Promise((resolve) => setTimeout(resolve));
      const answer = await desk.answer(question);
      if (question.kind !== 'findings') return answer;
      return (answer as Answer<'findings'>).filter(isTold).map(inPython) as unknown as Answer<K>;
    },
  };
}
