import { list, object, optional, readable, text, whole } from '../../core/schema';
import { defineExercise } from '../exercise';

interface ExplainExercise {
  readonly answer: string; // inline HTML, a model answer
  readonly points: readonly string[]; // inline HTML, what an answer should contain
}

export interface Explained {
  readonly text: string;
  /** Points the reader found in their own text; undefined before it was compared. */
  readonly found?: readonly number[];
}

const LEAST = 20; // characters
const MOST = 2000;

/** Long enough to be compared with a model answer. */
export const longEnough = (text: string): boolean => text.trim().length >= LEAST;

/** An explanation in the reader's own words, which they mark against a model answer. */
export default defineExercise<ExplainExercise, Explained>({
  id: 'explain',
  label: 'Explain',
  order: 6,
  read: (fields) => ({
    answer: fields.string('answer'),
    points: fields.strings('points', { min: 1, max: 5 }),
  }),
  empty: () => ({ text: '' }),
  begun: (_, { text }) => text.trim() !== '',
  check({ points }, { text, found }) {
    if (!longEnough(text))
      return {
        right: false,
        says: `Write a sentence or two, at least ${LEAST} characters; then compare it with a model answer.`,
      };
    if (!found)
      return {
        right: true,
        pending: true,
        says: 'Now compare your answer with the model answer, and mark the points it has.',
      };
    return {
      right: true,
      says: `You found ${found.length} of ${points.length} points in your answer.`,
    };
  },
  solve: ({ points }) => ({
    answer: { text: 'An answer of more than twenty characters.', found: points.map((_, i) => i) },
  }),
  wrong: () => [{ answer: { text: 'too short' }, says: /a sentence or two/ }],
  answerOf({ points }, value) {
    const found = optional(list(whole({ max: points.length - 1 })));
    const answer = object({ text: text({ empty: true, longest: MOST }), found }, 'ignored');
    return readable(answer, value);
  },
  say: (_, { text }) => (text.length > 80 ? `${text.slice(0, 80)}…` : text),
});
