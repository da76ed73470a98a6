/** @file A class's results of one lesson as a table: a row per participant, a column per exercise. Text, never HTML. */
import type { Exercise } from '../../lessons/exercises';
import { farOf, type PredictExercise } from '../../lessons/exercises/predict';
import type { Lesson, Step } from '../../lessons/lesson';
import { scoreOf } from '../../lessons/progress';
import { nameOf } from '../../lessons/classroom';
import type { LessonResult } from '../../lessons/result';
import { plainOf } from './plain';

/**
 * A participant's state in one exercise. `kept` is for explanations, which cannot be wrong; `near` and `far` are for
 * predictions.
 */
export type State =
  'solved' | 'kept' | 'near' | 'far' | 'shown' | 'tried' | 'hinted' | 'untouched' | 'closed';

export const STATES: Readonly<Record<State, { readonly sign: string; readonly word: string }>> = {
  solved: { sign: '✓', word: 'solved' },
  kept: { sign: '✓', word: 'written' },
  near: { sign: '≈', word: 'predicted, close' },
  far: { sign: '≠', word: 'predicted, far off' },
  shown: { sign: '▵', word: 'had it shown' },
  tried: { sign: '✗', word: 'not solved' },
  hinted: { sign: '·', word: 'took hints only' },
  untouched: { sign: '–', word: 'not begun' },
  closed: { sign: '∅', word: 'left out by the link' },
};

export interface Cell {
  readonly state: State;
  readonly tries: number;
  readonly hints: number;
  /** The last answer that was checked, in a few words; empty if there is none. */
  readonly answer: string;
  /** The first answer; the same as the last if there was only one. */
  readonly first: string;
}

interface Column {
  readonly exercise: Exercise;
  readonly step: Step;
  readonly number: number; // in the lesson, from 1
  readonly label: string;
}

interface Row {
  readonly result: LessonResult;
  readonly name: string;
  readonly score: ReturnType<typeof scoreOf>;
  readonly cells: readonly Cell[];
  /**
   * Exercises solved, and those that could be: counted as in the table's last line. `score` is what the participant saw
   * in the lesson, where far-off predictions are done too.
   */
  readonly solved: number;
  readonly could: number;
}

export interface ClassTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** How many solved each exercise on their own, wrote an explanation, or predicted closely. */
  readonly solved: readonly number[];
  /** How many could solve it: participants whose link did not leave the exercise out. */
  readonly could: readonly number[];
}

const LONGEST_WORDS = 240; // characters
const LONGEST_ITEM = 24; // characters, per item of an order

const columnsOf = (lesson: Lesson): readonly Column[] =>
  lesson.steps
    .flatMap((step) => step.exercises.map((exercise) => ({ step, exercise })))
    .map((one, i) => ({ ...one, number: i + 1, label: one.exercise.rules.label }));

/**
 * `anonymous` replaces names with numbers, for projectors: by `numbers` if the name has one, so that all tables agree.
 */
export function tableOf(
  lesson: Lesson,
  results: readonly LessonResult[],
  anonymous = false,
  numbers?: ReadonlyMap<string, number>,
): ClassTable {
  const columns = columnsOf(lesson);
  const numbered = (result: LessonResult, i: number) =>
    numbers
      ? result.who === ''
        ? `No name, ${i + 1}`
        : `Participant ${numbers.get(nameOf(result)) ?? i + 1}`
      : `Participant ${i + 1}`;
  const rows = results.map((result, i): Row => {
    const cells = columns.map(({ exercise }) => cellOf(exercise, result));
    return {
      result,
      name: anonymous || result.who === '' ? numbered(result, i) : result.who,
      score: scoreOf(lesson, result.progress),
      cells,
      solved: cells.filter(isSolved).length,
      could: cells.filter(({ state }) => state !== 'closed').length,
    };
  });
  const solved = columns.map((_, i) => rows.filter(({ cells }) => isSolved(cells[i]!)).length);
  const could = columns.map(
    (_, i) => rows.filter(({ cells }) => cells[i]!.state !== 'closed').length,
  );
  return { columns, rows, solved, could };
}

const isSolved = ({ state }: Cell): boolean =>
  state === 'solved' || state === 'kept' || state === 'near';

const recordOf = ({ id }: Exercise, { progress: { answers } }: LessonResult) =>
  Object.hasOwn(answers, id) ? answers[id] : undefined;

function cellOf(exercise: Exercise, result: LessonResult): Cell {
  const record = recordOf(exercise, result);
  const { tries = 0, hints = 0, right, shown } = record ?? {};
  const words = (which: Which) => wordsOf(exercise, answerIn(exercise, result, which)) ?? '';
  const said = exercise.kind === 'predict' ? answerIn(exercise, result, 'first') : undefined;
  let state: State = 'untouched';
  if (typeof said === 'number') state = isNear(exercise, said, record?.came) ? 'near' : 'far';
  else if (shown) state = 'shown';
  // An explanation, whether or not it was compared with the model answer yet.
  else if (exercise.kind === 'explain' && (right || tries > 0)) state = 'kept';
  else if (right) state = 'solved';
  else if (tries > 0) state = 'tried';
  else if (hints > 0) state = 'hinted';
  else if (!record && result.progress.closed?.includes(exercise.id)) state = 'closed';
  return { state, tries, hints, answer: words('last'), first: words('first') };
}

/**
 * Whether a prediction was close, judged as in the lesson. `came` is the result of this person's run; if unknown, the
 * middle of the band is used instead.
 */
export function isNear(
  { of }: Exercise,
  said: number,
  came = middleOf((of as { band: readonly [number, number] }).band),
): boolean {
  return farOf(of as PredictExercise, said, came) === 'near';
}

export const middleOf = ([low, high]: readonly [number, number]): number => (low + high) / 2;

/** `first`: the answer before any feedback. `last`: the final one. */
export type Which = 'first' | 'last';

/** A participant's answer, if valid; undefined if missing or invalid for this exercise. */
export function answerIn(exercise: Exercise, result: LessonResult, which: Which): unknown {
  const record = recordOf(exercise, result);
  if (!record || (record.tries === 0 && !record.right)) return undefined;
  const given = which === 'first' && record.first !== undefined ? record.first : record.answer;
  return safely(() => {
    const answer = exercise.rules.answerOf(exercise.of, given);
    return answer !== undefined && exercise.rules.begun(exercise.of, answer) ? answer : undefined;
  });
}

/** The answer was revealed, so it is not theirs. The first one is, if they gave one before that. */
export function wasShown(exercise: Exercise, result: LessonResult, which: Which): boolean {
  const record = recordOf(exercise, result);
  return record?.shown === true && !(which === 'first' && record.first !== undefined);
}

export function wordsOf(exercise: Exercise, answer: unknown): string | undefined {
  if (answer === undefined) return undefined;
  const said =
    safely(() => textOf(exercise, answer) ?? exercise.rules.say(exercise.of, answer)) ?? '';
  return shortened(said, LONGEST_WORDS);
}

/**
 * What was chosen or put in order, in the lesson's own words, since option numbers mean nothing to readers; what was
 * painted, without the mask, which the column names.
 */
function textOf({ kind, of }: Exercise, answer: unknown): string | undefined {
  if (kind === 'choice') {
    const { options } = of as { options: readonly { text: string }[] };
    return plainOf(options[answer as number]!.text);
  }
  if (kind === 'order') {
    const { items } = of as { items: readonly string[] };
    // The number is the item's correct position: it distinguishes items that start with the same words.
    return (answer as readonly number[])
      .map((item) => `${item + 1} ${shortened(plainOf(items[item]!), LONGEST_ITEM)}`)
      .join(' → ');
  }
  if (kind === 'paint') {
    const { cells } = of as { cells: readonly boolean[] };
    const off = cells.filter((cell, i) => cell !== ((answer as string)[i] === '1')).length;
    return off === 0 ? 'every cell' : `${off} ${off === 1 ? 'cell' : 'cells'} off`;
  }
  return undefined;
}

const shortened = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** Input from others may have any shape: if a kind throws on it, it is not an answer. */
export function safely<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** '2 tries, 1 hint'; empty if solved directly. */
export function sayHow({ tries, hints }: Cell): string {
  const parts = [
    tries > 1 && `${tries} tries`,
    hints > 0 && `${hints} ${hints === 1 ? 'hint' : 'hints'}`,
  ];
  return parts.filter(Boolean).join(', ');
}
