/**
 * @file A lesson as a teacher's link leaves it. If the link hides or fixes a control, whatever needs it is removed:
 * sentences marked {with …}, things to try, links in the text, and exercises that are answered on the stage.
 */
import { withinSentence } from '../core/sentence';
import type { Setting } from '../spec/run';
import { sayGoal, type Goal } from './goal';
import { linksOf, type Lesson, type Part, type Step } from './lesson';
import type { LessonLink } from './link';

type Taken = Pick<LessonLink, 'hide' | 'lock' | 'seed'>;

/** Something in a step that can no longer be done. */
export interface Closed {
  readonly step: string; // its title
  /** The task, in the words the reader would have seen. */
  readonly what: string;
  readonly isExercise: boolean;
}

const STRIPES: readonly string[] = ['plan', 'stripes', 'groupSize', 'place'];

/** The lesson without anything that cannot be done; the same object if nothing was removed. */
export function lessonWithin(lesson: Lesson, link: Taken): Lesson {
  if (link.hide.size === 0 && link.lock.size === 0) return lesson; // the page hides the sentences for such links
  return { ...lesson, steps: lesson.steps.map((step) => stepWithin(step, link)) };
}

/** Ids of the exercises that the link leaves out. */
export function closedExercises(lesson: Lesson, link: Taken): readonly string[] {
  return lesson.steps.flatMap((step) =>
    step.exercises.filter((exercise) => !canSolve(exercise, step, link)).map(({ id }) => id),
  );
}

/** What a link removes, for the teacher who makes it; removed sentences are not listed. */
export function closedBy(lesson: Lesson, link: Taken): readonly Closed[] {
  const numbers = new Map(
    lesson.steps.flatMap((step) => step.exercises).map(({ id }, i) => [id, i + 1]),
  );
  return lesson.steps.flatMap((step) => [
    ...step.goals
      .filter((goal) => !canReach(goal, step, link))
      .map((goal) => ({
        step: step.title,
        what: sayGoal(goal, step.stage.runs.length),
        isExercise: false,
      })),
    ...step.exercises
      .filter((exercise) => !canSolve(exercise, step, link))
      .map(({ id, rules }) => ({
        step: step.title,
        what: `exercise ${numbers.get(id)} (${withinSentence(rules.label)})`,
        isExercise: true,
      })),
  ]);
}

function stepWithin(step: Step, link: Taken): Step {
  const open = step.exercises.filter((exercise) => canSolve(exercise, step, link));
  return {
    ...step,
    goals: step.goals.filter((goal) => canReach(goal, step, link)),
    exercises: open,
    veiled: open.some(({ kind }) => kind === 'predict'),
    parts: step.parts.flatMap((part): Part[] => {
      if (part.kind === 'prose') return [{ ...part, html: proseWithin(part.html, link) }];
      return open.includes(part.exercise) ? [part] : [];
    }),
  };
}

/** 'train' or a setting: visible and free to change. A fixed plan fixes its stripes. */
function isFree(name: string, { hide, lock }: Taken): boolean {
  if (hide.has(name) || lock.has(name)) return false;
  return !STRIPES.slice(0, 2).includes(name) || !(lock.has('plan') || lock.has('stripes'));
}

/**
 * A setting can be changed next to the stage, on its stripes, or by a link in the text, which hiding a control leaves
 * in place.
 */
function canChange(setting: Setting, step: Step, link: Taken): boolean {
  if (isFree(setting, link)) return true;
  if (link.lock.has(setting)) return false;
  return step.parts.some(
    (part) =>
      part.kind === 'prose' && linksOf(part.html).some((set) => set.includes(`${setting}=`)),
  );
}

function canReach(goal: Goal, step: Step, link: Taken): boolean {
  const trains = !link.hide.has('train');
  // Recordings exist only for the lesson's seed; runs with any other seed must be trained.
  const recorded = step.stage.recorded !== undefined && link.seed === undefined;
  switch (goal.kind) {
    case 'trained':
      return trains || recorded;
    case 'changed':
      return canChange(goal.setting, step, link);
    case 'metric': {
      const ways = [
        ...step.stage.controls,
        ...(step.stage.show.includes('stripes') ? ['plan'] : []),
      ];
      const free = ways.length === 0 || ways.some((name) => isFree(name, link));
      return free && (trains || (recorded && isFree('plan', link)));
    }
    case 'selected':
    case 'wrote':
      return true;
  }
}

/** A target exercise is answered on the stage, with the settings it varies; a prediction needs a run. */
function canSolve({ kind, of }: Step['exercises'][number], step: Step, link: Taken): boolean {
  if (kind === 'predict') return canReach({ kind: 'trained', steps: 1 }, step, link);
  if (kind !== 'target') return true;
  const { space } = of as { space: readonly { name: Setting }[] };
  return space.every(({ name }) => canChange(name, step, link));
}

const WITH =
  /<span data-(with|without)="([^"]*)"(?: hidden)?>((?:(?!<span data-with)[\s\S])*?)<!--with--><\/span>/g;
const BUTTON = /<button type="button" class="do" data-set="([^"]+)">([\s\S]*?)<\/button>/g;

/**
 * Sentences that need what was taken away are replaced by their stand-ins; a link without effect becomes plain text.
 */
export function proseWithin(html: string, link: Taken): string {
  const shown = html.replaceAll(WITH, (_, word: string, names: string, words: string) => {
    const free = names.split(' ').every((name) => isFree(name, link));
    return free === (word === 'with') ? words : '';
  });
  return shown.replaceAll(BUTTON, (all, set: string, words: string) => {
    const names = set.split('&amp;').map((pair) => pair.split('=')[0]!);
    return names.some((name) => link.lock.has(name)) ? words : all;
  });
}
