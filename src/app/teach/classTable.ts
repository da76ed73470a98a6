/** @file A class's results of one lesson as a table: a row per participant, a column per exercise. Text, never HTML. */
import { kinds, type Exercise } from '../../lessons/exercises';
import type { Lesson, Step } from '../../lessons/lesson';
import { scoreOf } from '../../lessons/progress';
import type { LessonResult } from '../../lessons/result';

/** How far one came in one exercise. `kept` are predictions and explanations, which nobody can fail. */
export type State = 'solved' | 'kept' | 'shown' | 'tried' | 'hinted' | 'untouched';

export const STATES: Readonly<Record<State, { readonly sign: string; readonly word: string }>> = {
  solved: { sign: '✓', word: 'solved' },
  kept: { sign: '✓', word: 'answered' },
  shown: { sign: '▵', word: 'had it shown' },
  tried: { sign: '✗', word: 'not solved' },
  hinted: { sign: '·', word: 'took hints only' },
  untouched: { sign: '–', word: 'not begun' },
};

export interface Cell {
  readonly state: State;
  readonly tries: number;
  readonly hints: number;
  /** The last answer that was checked, in a few words; empty where there is none. */
  readonly answer: string;
  /** The first, which is the last where there was no other. */
  readonly first: string;
}

export interface Column {
  readonly exercise: Exercise;
  readonly step: Step;
  readonly number: number; // in the lesson, from 1
  readonly label: string;
}

export interface Row {
  readonly result: LessonResult;
  readonly name: string;
  readonly score: ReturnType<typeof scoreOf>;
  readonly cells: readonly Cell[];
}

export interface ClassTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** How many solved each exercise by themselves, or answered it where nobody can fail. */
  readonly solved: readonly number[];
}

const LONGEST_WORDS = 120; // characters

export const columnsOf = (lesson: Lesson): readonly Column[] =>
  lesson.steps
    .flatMap((step) => step.exercises.map((exercise) => ({ step, exercise })))
    .map((one, i) => ({ ...one, number: i + 1, label: kinds.get(one.exercise.kind).label }));

/** `anonymous` numbers people, for a wall that all look at. */
export function tableOf(
  lesson: Lesson,
  results: readonly LessonResult[],
  anonymous = false,
): ClassTable {
  const columns = columnsOf(lesson);
  const rows = results.map((result, i) => ({
    result,
    name: anonymous || result.who === '' ? `Participant ${i + 1}` : result.who,
    score: scoreOf(lesson, result.progress),
    cells: columns.map(({ exercise }) => cellOf(exercise, result)),
  }));
  const solved = columns.map(
    (_, i) => rows.filter(({ cells }) => /solved|kept/.test(cells[i]!.state)).length,
  );
  return { columns, rows, solved };
}

const recordOf = ({ id }: Exercise, { progress: { answers } }: LessonResult) =>
  Object.hasOwn(answers, id) ? answers[id] : undefined;

function cellOf(exercise: Exercise, result: LessonResult): Cell {
  const record = recordOf(exercise, result);
  const { tries = 0, hints = 0, right, shown } = record ?? {};
  const words = (which: Which) => wordsOf(exercise, answerIn(exercise, result, which)) ?? '';
  const free = exercise.kind === 'predict' || exercise.kind === 'explain';
  let state: State = 'untouched';
  if (shown) state = 'shown';
  else if (right) state = free ? 'kept' : 'solved';
  else if (tries > 0) state = 'tried';
  else if (hints > 0) state = 'hinted';
  return { state, tries, hints, answer: words('last'), first: words('first') };
}

/** First: what somebody thought before anything was said of it. Last: what they came to. */
export type Which = 'first' | 'last';

/** The answer somebody gave, checked to be one; undefined where there is none, or it is none of this exercise. */
export function answerIn(exercise: Exercise, result: LessonResult, which: Which): unknown {
  const record = recordOf(exercise, result);
  if (!record || (record.tries === 0 && !record.right)) return undefined;
  const kind = kinds.get(exercise.kind);
  const given = which === 'first' && record.first !== undefined ? record.first : record.answer;
  return safely(() => {
    const answer = kind.answerOf(exercise.of, given);
    return answer !== undefined && kind.begun(exercise.of, answer) ? answer : undefined;
  });
}

/** The answer was given away, and is not theirs. The first one is, where there was one before that. */
export function wasShown(exercise: Exercise, result: LessonResult, which: Which): boolean {
  const record = recordOf(exercise, result);
  return record?.shown === true && !(which === 'first' && record.first !== undefined);
}

export function wordsOf(exercise: Exercise, answer: unknown): string | undefined {
  if (answer === undefined) return undefined;
  const said = safely(() => kinds.get(exercise.kind).say(exercise.of, answer)) ?? '';
  // '3 cells from causal & window(4)', 'every cell of causal': the column knows which mask.
  const words =
    exercise.kind === 'paint' ? said.replace(/ from .*$/, ' off').replace(/ of .*$/, '') : said;
  return words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}…` : words;
}

/** What others wrote may have any shape: where a kind trips over it, it is no answer. */
export function safely<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** '2 tries, 1 hint'; empty where it went straight. */
export function sayHow({ tries, hints }: Cell): string {
  const parts = [
    tries > 1 && `${tries} tries`,
    hints > 0 && `${hints} ${hints === 1 ? 'hint' : 'hints'}`,
  ];
  return parts.filter(Boolean).join(', ');
}
