/**
 * @file A class's results of one lesson as xAPI statements (xAPI 1.0.3, Data, section 2.4), to be imported into a
 * learning record store. There is no time in them, because results contain none, and no id: the store adds both.
 */
import type { Lesson } from '../../lessons/lesson';
import { outcomeOf } from '../../lessons/outcome';
import type { Cell, ClassTable } from './classTable';

const ADL = 'http://adlnet.gov/expapi';
/** Verbs of ADL's vocabulary, by the outcome of a lesson. */
const VERBS = {
  incomplete: 'attempted',
  failed: 'failed',
  completed: 'completed',
  passed: 'passed',
} as const;

const verb = (name: string) => ({ id: `${ADL}/verbs/${name}`, display: { en: name } });

/** `site` is the site's URL; it names the accounts and the activities, so another site's never mix with them. */
export function statementsOf(lesson: Lesson, { rows, columns }: ClassTable, site: string) {
  const activity = (path: string, type: string, name: string) => ({
    objectType: 'Activity',
    id: new URL(path, site).href,
    definition: { type: `${ADL}/activities/${type}`, name: { en: name } },
  });
  const whole = activity(`lessons/${lesson.id}`, 'lesson', lesson.title);
  const homePage = new URL('.', site).href;
  return rows.flatMap(({ name, result, cells }) => {
    const actor = { objectType: 'Agent', name, account: { homePage, name } };
    const { status, score } = outcomeOf(lesson, result.progress);
    const seconds = Object.values(result.progress.seconds ?? {}).reduce((sum, one) => sum + one, 0);
    return [
      {
        actor,
        verb: verb(VERBS[status]),
        object: whole,
        result: {
          completion: status !== 'incomplete',
          ...((status === 'passed' || status === 'failed') && { success: status === 'passed' }),
          ...(score !== undefined && {
            score: { scaled: score / 100, raw: score, min: 0, max: 100 },
          }),
          ...(seconds > 0 && { duration: `PT${seconds}S` }),
        },
      },
      ...cells.flatMap((cell, i) => {
        if (!isAnswered(cell)) return [];
        const { exercise, step, number } = columns[i]!;
        const path = `lessons/${lesson.id}/${step.slug}#${exercise.id}`;
        return {
          actor,
          verb: verb('answered'),
          object: activity(path, 'question', `${lesson.title}, exercise ${number}`),
          result: {
            ...(cell.answer !== '' && { response: cell.answer }),
            ...(cell.state in SUCCESS && { success: SUCCESS[cell.state] }),
          },
          context: { contextActivities: { parent: [whole] } },
        };
      }),
    ];
  });
}

/** No prediction is wrong, and explanations are marked by their authors. */
const SUCCESS: Readonly<Record<string, boolean>> = { solved: true, shown: false, tried: false };

const isAnswered = ({ state, tries }: Cell) => tries > 0 && state !== 'closed';
