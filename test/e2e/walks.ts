/** @file What a walk through a lesson needs, with the keyboard or with a thumb: the solved lessons and where things are on the page. */
import type { Locator, Page } from '@playwright/test';
import { bundled } from '../../scripts/bundle.mjs';
import { known, lessonFiles } from '../../scripts/lessons/files.mjs';
import { block, inline } from '../../scripts/lessons/render.mjs';
import type { SolvedExercise, SolvedLesson, SolvedStep } from '../lessons/solutions';

export type { SolvedExercise, SolvedLesson, SolvedStep };

const { solutions } = (await bundled(
  'test/lessons/solutions.ts',
)) as typeof import('../lessons/solutions');
export const lessons: readonly SolvedLesson[] = solutions(lessonFiles(), known(), {
  block,
  inline,
});

export const exerciseKinds = ({ steps }: SolvedLesson): readonly string[] =>
  steps.flatMap(({ exercises }) => exercises.map(({ kind }) => kind));
export const goalKinds = ({ steps }: SolvedLesson): readonly string[] =>
  steps.flatMap(({ goals }) => goals.map(({ kind }) => kind));

export const stageOf = (page: Page) => page.getByRole('region', { name: 'Stage', exact: true });
export const exerciseAt = (page: Page, index: number) =>
  page.locator('section.exercise').nth(index);
export const feedback = (exercise: Locator) => exercise.getByRole('status', { name: 'Feedback' });

/** Labels of the settings that an exercise may ask for. */
export const LABELS: Readonly<Record<string, string>> = {
  window: 'Window',
  chunk: 'Chunk',
  groupSize: 'Group size',
  layers: 'Layers',
  stripes: 'Stripes',
  place: 'Global layer',
};

/** Numbers of the items whose "Move item up" sorts them, in the order of the presses. */
export function movesUp(items: readonly number[]): readonly number[] {
  const order = [...items];
  const moves: number[] = [];
  for (let place = 0; place < order.length; place++)
    for (let at = order.indexOf(place); at > place; at--) {
      moves.push(at + 1);
      [order[at - 1], order[at]] = [order[at]!, order[at - 1]!];
    }
  return moves;
}

/** Solves predictions first, then does what `between` does on the stage, then solves the rest. */
export async function solveStep(
  { exercises }: SolvedStep,
  solve: (exercise: SolvedExercise, index: number) => Promise<void>,
  between: () => Promise<void>,
): Promise<void> {
  const all = [...exercises.entries()];
  for (const [at, one] of all) if (one.kind === 'predict') await solve(one, at);
  await between();
  for (const [at, one] of all) if (one.kind !== 'predict') await solve(one, at);
}
