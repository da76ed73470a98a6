/** @file A class's table as CSV: a line per participant, five columns per exercise. */
import { csvOf } from '../../core/csv';
import { safely, STATES, type ClassTable } from './classTable';

/** Spreadsheets read a file as UTF-8 only if it starts with this. */
const MARK = '\uFEFF';

export function csvOfClass(lesson: string, { columns, rows }: ClassTable): string {
  const heads = columns.flatMap(({ exercise: { id } }) =>
    ['state', 'tries', 'hints', 'answer', 'first answer'].map((what) => `${id} ${what}`),
  );
  const head = ['participant', 'lesson', 'steps done', 'steps', 'solved', 'exercises', ...heads];
  const lines = rows.map(({ name, score, cells, result }) => [
    name,
    lesson,
    score.done,
    score.steps,
    score.right,
    score.exercises,
    ...cells.flatMap(({ state, tries, hints, answer, first }, i) => [
      STATES[state].word,
      tries,
      hints,
      textIn(result.progress.answers[columns[i]!.exercise.id]?.answer) ?? answer,
      first,
    ]),
  ]);
  return MARK + csvOf(head, lines);
}

/** The whole explanation, of which the table shows only the beginning. */
const textIn = (answer: unknown): string | undefined =>
  safely(() => {
    const { text } = answer as { text?: unknown };
    return typeof text === 'string' ? text.slice(0, 2000) : undefined;
  });
