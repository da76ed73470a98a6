/**
 * @file The test before and after teaching, handed in as a result like a lesson's, so that codes, files and the class
 * page work for both. Parsing is as strict as for lessons.
 */
import type { LessonProgress } from '../progress';
import type { LessonResult } from '../result';
import { ITEMS, unknownOf, type Item } from './items';

export type When = 'before' | 'after';

/**
 * Identifies the wording: a changed wording gets another number, and results of different wordings are never compared.
 */
export const FORMS = [
  { id: 'test-1-before', when: 'before', title: 'Ten questions, before' },
  { id: 'test-1-after', when: 'after', title: 'Ten questions, after' },
] as const satisfies readonly { id: string; when: When; title: string }[];

export const formOf = (when: When): (typeof FORMS)[number] =>
  FORMS.find((form) => form.when === when)!;

/** Chosen options by item; a missing item was left open. */
export type Choices = Readonly<Record<string, number>>;

export const isForm = (lesson: string): boolean => FORMS.some(({ id }) => id === lesson);

export function progressOf(choices: Choices): LessonProgress {
  const answers = ITEMS.flatMap((item) => {
    const answer = choices[item.id];
    return answer === undefined || !isChoice(item, answer)
      ? []
      : [[item.id, { answer, right: answer === item.right, tries: 1, hints: 0 }] as const];
  });
  return { done: [], answers: Object.fromEntries(answers) };
}

/** Whether an answer is right is judged again, whatever a code claims. */
export function choicesOf({ answers }: LessonProgress): Choices {
  return Object.fromEntries(
    ITEMS.flatMap((item) => {
      const answer = Object.hasOwn(answers, item.id) ? answers[item.id]!.answer : undefined;
      return isChoice(item, answer) ? [[item.id, answer]] : [];
    }),
  );
}

export const rightIn = (result: LessonResult): number => {
  const choices = choicesOf(result.progress);
  return ITEMS.filter(({ id, right }) => choices[id] === right).length;
};

const isChoice = (item: Item, answer: unknown): answer is number =>
  Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) <= unknownOf(item);
