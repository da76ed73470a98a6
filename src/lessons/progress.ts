/**
 * @file What a reader has done, as stored on their machine: plain data, read strictly, so that a corrupt store simply
 * counts as empty.
 */
import {
  anything,
  dictionary,
  flag,
  ifReadable,
  list,
  number,
  object,
  oneOf,
  readable,
  readableJson,
  refine,
  text,
  whole,
  type Schema,
  type TypeOf,
} from '../core/schema';
import type { Heading } from './document';
import { slug } from './slug';
import { seconds } from './stepTime';

const VERSION = 1;
/** Maximum tries counted; a stored answer with more is not read. */
const MAX_TRIES = 100_000;
const LARGEST = 2 ** 20; // characters
/** Maximum number of steps, and of answers. */
const MAX_ENTRIES = 100;
/** Of a step; more than a lesson may have, because the lesson may change. */
const MAX_GOALS = 20;
const LONGEST_KEY = 100; // characters

const answered = object(
  {
    answer: anything,
    tries: whole({ max: MAX_TRIES }),
    /** Shown. */
    hints: whole({ max: 3 }),
    /** The first answer that was checked, if others followed: a class's answers before feedback. */
    first: ifReadable(anything),
    /** Missing until it was checked. */
    right: ifReadable(flag),
    /** The reader asked for the answer. */
    shown: ifReadable(oneOf([true])),
    /**
     * For a prediction: the run's result on this reader's screen, accuracy (0 to 1) or nats. Missing until it was run.
     */
    came: ifReadable(number()),
  },
  'ignored',
);
export type Answered = Omit<TypeOf<typeof answered>, 'shown'> & { readonly shown?: boolean };

/** A list without duplicates. */
const slugs: Schema<readonly string[]> = refine(list(slug, { max: MAX_ENTRIES }), (all) => [
  ...new Set(all),
]);

const lessonProgress = object(
  {
    /** Slugs of steps whose tasks on the stage were done, or, if a step has none, whose exercises were. */
    done: slugs,
    /** Steps that the reader left with Next or Finish. */
    read: ifReadable(slugs),
    answers: dictionary(slug, answered, MAX_ENTRIES),
    /** The current step. */
    at: ifReadable(slug),
    /** Exercises that the teacher's link left out, because they cannot be done with it. */
    closed: ifReadable(refine(slugs, (all) => (all.length > 0 ? all : undefined))),
    /** Goals reached in steps with several of them, by the step's slug: see goalKey. */
    reached: ifReadable(
      dictionary(slug, list(text({ longest: LONGEST_KEY }), { max: MAX_GOALS }), MAX_ENTRIES),
    ),
    /** How long each step was in view, in whole seconds, by its slug. */
    seconds: ifReadable(seconds),
  },
  'ignored',
);
export type LessonProgress = Omit<TypeOf<typeof lessonProgress>, 'answers'> & {
  readonly answers: Readonly<Record<string, Answered>>;
};

export type Progress = Readonly<Record<string, LessonProgress>>;

export const NOTHING: LessonProgress = { done: [], answers: {} };

export const writeProgress = (progress: Progress): string =>
  JSON.stringify({ version: VERSION, lessons: progress });

const stored = object(
  {
    version: oneOf([VERSION]),
    lessons: dictionary(text({ empty: true, longest: Infinity }), lessonProgress, Infinity),
  },
  'ignored',
);

/** Reads what was stored; what cannot be read is left out. */
export function readProgress(text: string): Progress {
  if (text.length > LARGEST) return {};
  return readableJson(stored, text)?.lessons ?? {};
}

export const lessonProgressOf = (value: unknown): LessonProgress | undefined =>
  readable(lessonProgress, value);

interface Given {
  readonly answer: unknown;
  readonly right: boolean;
  /** The answer was shown by the page. */
  readonly shown?: boolean;
  /**
   * Whether answers grow with each try, as explanations do: then only the last is kept, because two would be too long.
   */
  readonly grows?: boolean;
}

/**
 * The state after one more answer, checked or shown. A right answer stays, whatever the reader tries after it; so does
 * the first one.
 */
export function answeredAfter(
  before: Answered | undefined,
  { answer, right, shown, grows }: Given,
): Answered {
  const solved = before?.right === true;
  // An answer that was shown is not the reader's own, however often it is checked afterwards.
  const own = before !== undefined && before.tries > 0 && !before.shown && !grows;
  const first = before?.first ?? (own ? before.answer : undefined);
  const gaveUp = before?.shown === true || (shown === true && !solved);
  return {
    answer: solved && !right ? before.answer : answer,
    right: solved || (right && !shown),
    tries: Math.min(MAX_TRIES, (before?.tries ?? 0) + (shown ? 0 : 1)),
    hints: before?.hints ?? 0,
    ...(first !== undefined && { first }),
    ...(gaveUp && { shown: true }),
    ...(before?.came !== undefined && { came: before.came }),
  };
}

/** Enough of a step to tell whether it is done. */
type Part = Pick<Heading['steps'][number], 'slug' | 'exercises'>;
export interface Parts {
  readonly steps: readonly Part[];
}

/** Exercises the reader could do: all except those that the teacher's link left out and that were never answered. */
const openIn = <E extends { readonly id: string }>(
  exercises: readonly E[],
  { closed = [], answers }: LessonProgress,
): readonly E[] => exercises.filter(({ id }) => !closed.includes(id) || Object.hasOwn(answers, id));

/**
 * Every exercise was solved or its answer shown; a step without exercises was read, or its task was done. Tasks on the
 * stage of a step with exercises are counted separately (errandsOf); they are not needed for the step to be done.
 */
export const isDone = ({ slug, exercises }: Part, progress: LessonProgress): boolean =>
  openIn(exercises, progress).length > 0
    ? openIn(exercises, progress).every(
        ({ id }) => progress.answers[id]?.right || progress.answers[id]?.shown,
      )
    : progress.done.includes(slug) || (progress.read ?? []).includes(slug);

/** Steps with something to try on the stage, and how many of them were tried. */
export function errandsOf(
  lesson: {
    readonly steps: readonly { readonly slug: string; readonly goals: readonly unknown[] }[];
  },
  progress: LessonProgress,
) {
  const steps = lesson.steps.filter(({ goals }) => goals.length > 0);
  return {
    all: steps.length,
    done: steps.filter(({ slug }) => progress.done.includes(slug)).length,
  };
}

/** Whether the reader reached its end, or did everything in it. */
export const isFinished = (lesson: Parts, progress: LessonProgress): boolean =>
  (progress.read ?? []).includes(lesson.steps.at(-1)!.slug) ||
  lesson.steps.every((step) => isDone(step, progress));

/** The kinds of a lesson's exercises. */
export interface WithKinds {
  readonly steps: readonly {
    readonly exercises: readonly { readonly id: string; readonly kind: string }[];
  }[];
}

/**
 * The exercises that the page itself marks right or wrong. No prediction is wrong, and explanations are marked by their
 * authors.
 */
export const gradedIn = (lesson: WithKinds, progress: LessonProgress) =>
  openIn(
    lesson.steps.flatMap(({ exercises }) => exercises),
    progress,
  ).filter(({ kind }) => kind !== 'predict' && kind !== 'explain');

/** How many exercises the page can check, and how many were right at the first try, without help. */
export function firstTriesOf(lesson: WithKinds, progress: LessonProgress) {
  const checked = gradedIn(lesson, progress);
  const first = checked.filter(({ id }) => {
    const { right, tries, shown } = progress.answers[id] ?? {};
    return right === true && tries === 1 && !shown;
  });
  return { checked: checked.length, first: first.length };
}

export function scoreOf(lesson: Parts, progress: LessonProgress) {
  const exercises = openIn(
    lesson.steps.flatMap((step) => step.exercises),
    progress,
  );
  return {
    steps: lesson.steps.length,
    done: lesson.steps.filter((step) => isDone(step, progress)).length,
    exercises: exercises.length,
    right: exercises.filter(({ id }) => progress.answers[id]?.right && !progress.answers[id]?.shown)
      .length,
  };
}
