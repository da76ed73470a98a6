/**
 * @file The interface of a kind of exercise: how a lesson writes it, how an answer is checked, what a right answer is,
 * and the feedback for wrong ones. Each kind is one file in ./exercises.
 */
import type { Fields } from '../core/fields';
import type { Registry } from '../core/registry';
import type { RunSpec } from '../spec/run';

/** The state of the stage, for exercises that need it. */
export interface World {
  /** Settings of the runs on the stage, the reader's changes included. */
  readonly specs: readonly RunSpec[];
  /** The held-out result of each run, if it was trained or its recording was shown. */
  readonly results: readonly (Result | undefined)[];
}

export interface Result {
  readonly accuracy: number;
  readonly loss: number;
}

export interface Verdict {
  readonly right: boolean;
  /** Feedback in plain text. */
  readonly says: string;
  /** The author's comment on it, inline HTML generated when the site was built. */
  readonly html?: string;
  /** The answer is not wrong, but the reader must do something more before it counts as solved. */
  readonly pending?: boolean;
  /** How far a prediction was from the result, in the exercise's own unit. */
  readonly gap?: Gap;
  /** The first wrong cell or item. */
  readonly at?: { readonly query: number; readonly key: number } | { readonly item: number };
}

/** Too high, too low, or near enough. */
export type Far = 'high' | 'low' | 'near';

/** A prediction and the measured result, on the scale of the question. */
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
  /** Text that the feedback must contain. */
  readonly says: RegExp;
}

/** What a registry of kinds calls one of them. */
export const KIND = 'kind of exercise';

export interface ExerciseKind<E = unknown, A = unknown> {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** Reads the fields of this kind; `spec` holds the settings on the stage before the step. Throws InputError. */
  read(fields: Fields, spec: RunSpec): E;
  /** The initial answer. */
  empty(exercise: E): A;
  /** Whether the reader has entered something that can be checked. */
  begun(exercise: E, answer: A): boolean;
  check(exercise: E, answer: A, world: World): Verdict;
  /** A right answer. `world` holds changed settings if the answer is on the stage. */
  solve(exercise: E): { readonly answer: A; readonly world?: Partial<RunSpec> };
  /** Wrong answers and their feedback: for the tests, which check every exercise of every lesson against it. */
  wrong(exercise: E, world: World): readonly Wrong<A>[];
  /** Reads an answer from a file or a store; undefined if it is not valid. */
  answerOf(exercise: E, value: unknown): A | undefined;
  /** The answer in a few words, for a class's table. */
  say(exercise: E, answer: A): string;
}

/** All kinds (./kinds.ts), or at least those of the exercises that are read. */
export type Kinds = Registry<ExerciseKind>;

export const defineExercise = <E, A>(kind: ExerciseKind<E, A>): ExerciseKind =>
  kind as unknown as ExerciseKind;
