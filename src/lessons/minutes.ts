/** @file How long a lesson takes, counted from what is in it, so that nobody has to guess and nothing is promised. */
import type { Block, Prose, StepDocument } from './document';
import { isRecord } from '../core/fields';

/** Words a minute, of text with formulas and numbers that has to be understood. Novels are read at 200 to 250. */
const WORDS = 150;

/** Minutes of an exercise beyond reading what it asks: thinking, answering, reading what is said of the answer. */
const EXERCISE: Readonly<Record<string, number>> = {
  choice: 0.75,
  number: 1,
  order: 1,
  predict: 1.5, // with the run, which a recording shows in six seconds, and the reason
  paint: 1.5,
  bug: 1.5,
  explain: 2.5,
  target: 2.5,
};

/** Minutes of something to try on the stage. */
const ERRAND: Readonly<Record<string, number>> = {
  trained: 0.5, // as a recording
  changed: 0.5,
  selected: 0.5,
  wrote: 0.5,
  metric: 1.5, // several runs until it is reached
};

/**
 * Minutes of one step, a fraction: the words of its text and of what its exercises ask at 150 a minute, then for each
 * exercise and each errand on the stage what EXERCISE and ERRAND say. Code to be read counts by its words too; sources,
 * hints and what is said of wrong answers do not.
 */
export function minutesOfStep({ parts }: Pick<StepDocument, 'parts'>): number {
  return parts.reduce((sum, part) => sum + minutesOfPart(part), 0);
}

/** Minutes of a lesson: the sum over its steps in whole minutes, from ten on in fives, because it is no nearer than that. */
export function minutesOf(steps: readonly Pick<StepDocument, 'parts'>[]): number {
  const sum = steps.reduce((all, step) => all + minutesOfStep(step), 0);
  return sum < 10 ? Math.max(1, Math.round(sum)) : 5 * Math.round(sum / 5);
}

function minutesOfPart(part: Prose | Block): number {
  if (part.kind === 'prose') return wordsIn(part.text) / WORDS;
  if (!isRecord(part.value)) return 0;
  const { kind, ask, options, text, until } = part.value;
  if (part.kind === 'scene')
    return [until]
      .flat()
      .reduce<number>((sum, goal) => sum + (isRecord(goal) ? errand(goal) : 0), 0);
  const choices = Array.isArray(options) ? options.map((one) => isRecord(one) && one['text']) : [];
  const words = [ask, ...choices, ...(Array.isArray(text) ? text : [])]
    .filter((one) => typeof one === 'string')
    .reduce((sum, one) => sum + wordsIn(one), 0);
  return words / WORDS + (EXERCISE[String(kind)] ?? 1);
}

const errand = (goal: Readonly<Record<string, unknown>>) =>
  ERRAND[Object.keys(goal).find((name) => name in ERRAND) ?? ''] ?? 0;

/** Words of Markdown as it is read: without where its numbers come from, and without the addresses of links. */
export const wordsIn = (markdown: string): number =>
  markdown
    .replaceAll(/\{(proved|measured|source|ours)[^}]*\}/g, ' ')
    .replaceAll(/\]\([^)\s]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
