/** @file A class by participant: the progress of each in every lesson with results. */
import { inOrder } from '../../../core/numbers';
import { nameOf, type Classroom } from '../../../lessons/classroom';
import { isForm } from '../../../lessons/concepts/form';
import { scoreOf } from '../../../lessons/progress';
import type { LessonResult } from '../../../lessons/result';
import type { Heading } from '../../../lessons/document';

interface PersonLesson {
  readonly result: LessonResult;
  readonly score: ReturnType<typeof scoreOf>;
}

export interface Person {
  /** As displayed: a number if names are hidden. */
  readonly name: string;
  /** By lesson. */
  readonly lessons: ReadonlyMap<string, PersonLesson>;
}

/**
 * Everyone with a name, in name order. Numbers that replace names are the same on the whole page, and stay the same
 * when people who are already listed add results.
 */
export function peopleOf(
  { results }: Classroom,
  headOf: (lesson: string) => Pick<Heading, 'steps'> | undefined,
  anonymous = false,
): readonly Person[] {
  const people = new Map<string, { who: string; lessons: Map<string, PersonLesson> }>();
  for (const result of results) {
    if (result.who === '' || isForm(result.lesson)) continue;
    const head = headOf(result.lesson);
    if (!head) continue;
    const name = nameOf(result);
    const person = people.get(name) ?? { who: result.who, lessons: new Map() };
    person.lessons.set(result.lesson, { result, score: scoreOf(head, result.progress) });
    people.set(name, person);
  }
  const numbers = numbersOf({ results });
  return [...people]
    .sort(([a], [b]) => inOrder(a, b))
    .map(([name, { who, lessons }]) => ({
      name: anonymous ? `Participant ${numbers.get(name)}` : who,
      lessons,
    }));
}

/** A number for each name, in the order in which results arrived, so that it reveals nothing about the name. */
export function numbersOf({ results }: Classroom): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const result of results) {
    const name = nameOf(result);
    if (name !== '' && !numbers.has(name)) numbers.set(name, numbers.size + 1);
  }
  return numbers;
}
