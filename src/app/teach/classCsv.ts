/** @file A class's table as CSV: a line per participant, five columns per exercise. New columns go last. */
import { csvOf } from '../../core/csv';
import { safely, STATES, type ClassTable } from './classTable';

/** Spreadsheets read a file as UTF-8 only if it starts with this. */
const MARK = '\uFEFF';

/** In the column 'solved', every prediction counts whose result was read. */
const CLOSE_ONLY = 'solved, predictions only if close';

export function csvOfClass(lesson: string, { columns, rows }: ClassTable): string {
  const heads = columns.flatMap(({ exercise: { id } }) =>
    ['state', 'tries', 'hints', 'answer', 'first answer'].map((what) => `${id} ${what}`),
  );
  const head = [
    'participant',
    'lesson',
    'steps done',
    'steps',
    'solved',
    'exercises',
    ...heads,
    CLOSE_ONLY,
  ];
  const lines = rows.map(({ name, score, cells, solved, result }) => [
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
    solved,
  ]);
  return MARK + csvOf(head, lines);
}

/** The whole explanation, of which the table shows only the beginning. */
const textIn = (answer: unknown): string | undefined =>
  safely(() => {
    const { text } = answer as { text?: unknown };
    return typeof text === 'string' ? text.slice(0, 2000) : undefined;
  });
