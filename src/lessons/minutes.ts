/** @file How long a lesson takes, computed from its content instead of estimated by the author. */
import type { Block, Prose, StepDocument } from './stepDocument';
import { isRecord } from '../core/place';

/** Words per minute, for text with formulas and numbers that has to be understood. Novels are read at 200 to 250. */
const WORDS = 150;

/** Minutes of an exercise beyond reading the question: thinking, answering, reading the feedback. */
const EXERCISE: Readonly<Record<string, number>> = {
  choice: 0.75,
  number: 1,
  order: 1,
  predict: 1.5, // including the run, which a recording shows in six seconds, and the reason
  paint: 1.5,
  bug: 1.5,
  explain: 2.5,
  target: 2.5,
};

/** Minutes for something to try on the stage. */
const ERRAND: Readonly<Record<string, number>> = {
  trained: 0.5, // as a recording
  changed: 0.5,
  selected: 0.5,
  wrote: 0.5,
  metric: 1.5, // several runs until the target is reached
};

/**
 * Minutes of one step, a fraction: the words of its text and of its questions at 150 per minute, plus EXERCISE for each
 * exercise and ERRAND for each thing to try on the stage. Code to read counts by its words too; sources, hints and
 * feedback on wrong answers do not.
 */
export function minutesOfStep({ parts }: Pick<StepDocument, 'parts'>): number {
  return parts.reduce((sum, part) => sum + minutesOfPart(part), 0);
}

/**
 * Minutes of a lesson: the sum over its steps, in whole minutes, or in multiples of five from ten up, because it is no
 * more precise than that.
 */
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

/** Words of Markdown as read: without the sources of its numbers and the addresses of links. */
export const wordsIn = (markdown: string): number =>
  markdown
    .replaceAll(/\{(proved|measured|source|ours)[^}]*\}/g, ' ')
    .replaceAll(/\]\([^)\s]*\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
