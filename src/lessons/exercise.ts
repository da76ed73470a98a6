/**
 * @file What one kind of exercise has to say of itself: how a lesson writes it, how an answer is checked, what a right
 * answer is and what wrong ones are told. Each kind is one file in ./exercises.
 */
import type { Fields } from '../core/fields';
import type { RunSpec } from '../spec/run';

/** What stands on the stage, for exercises that ask for it. */
export interface World {
  /** Settings of the runs on the stage, the reader's changes included. */
  readonly specs: readonly RunSpec[];
  /** What each run came to, held out, if it was trained or its recording shown. */
  readonly results: readonly (Result | undefined)[];
}

export interface Result {
  readonly accuracy: number;
  readonly loss: number;
}

export interface Verdict {
  readonly right: boolean;
  /** Feedback in words, plain text. */
  readonly says: string;
  /** What the lesson's author says of it, inline HTML made when the site was built. */
  readonly html?: string;
  /** Nothing is wrong with the answer, but something is still to be done before it counts as solved. */
  readonly pending?: boolean;
  /** How far a prediction was from what came, in the exercise's own unit. */
  readonly gap?: Gap;
  /** The first wrong cell or item. */
  readonly at?: { readonly query: number; readonly key: number } | { readonly item: number };
}

/** Too high, too low, or near enough. */
export type Far = 'high' | 'low' | 'near';

/** A prediction beside what was measured, on the scale it was asked on. */
export interface Gap {
  readonly said: number;
  readonly came: number;
  readonly min: number;
  readonly max: number;
  readonly far: Far;
}

export interface Base {
  readonly id: string; // in its lesson
  readonly kind: string;
  readonly ask: string; // inline HTML
  readonly hints: readonly [string, string, string];
}

interface Wrong<A> {
  readonly answer: A;
  /** What the feedback must say. */
  readonly says: RegExp;
}

export interface ExerciseKind<E = unknown, A = unknown> {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** The fields of this kind; `spec` are the settings on the stage before the step. Throws InputError. */
  read(fields: Fields, spec: RunSpec): E;
  /** Where an answer begins. */
  empty(exercise: E): A;
  /** Something was answered, so that it can be checked. */
  begun(exercise: E, answer: A): boolean;
  check(exercise: E, answer: A, world: World): Verdict;
  /** A right answer. `world` is changed where the answer lies on the stage. */
  solve(exercise: E): { readonly answer: A; readonly world?: Partial<RunSpec> };
  /** Wrong answers, and what is said of them: for the tests, which hold every exercise of every lesson to it. */
  wrong(exercise: E, world: World): readonly Wrong<A>[];
  /** An answer out of a file or a store; undefined where it is none. */
  answerOf(exercise: E, value: unknown): A | undefined;
  /** The answer in a few words, for a class's table. */
  say(exercise: E, answer: A): string;
}

export const defineExercise = <E, A>(kind: ExerciseKind<E, A>): ExerciseKind =>
  kind as unknown as ExerciseKind;
