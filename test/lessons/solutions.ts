/**
 * @file A right and a wrong answer to every exercise, computed from the lessons themselves: for the tests in a browser.
 */
import { checkAll } from '../../src/lessons/check';
import type { Known } from '../../src/lessons/scene';
import { stageSpecs } from '../../src/lessons/scene';
import type { Goal } from '../../src/lessons/goal';
import { controlOf } from '../../src/spec/controls';

export interface SolvedExercise {
  readonly id: string;
  readonly kind: string;
  readonly right: unknown;
  /** The initial answer. */
  readonly empty: unknown;
  /** A wrong answer, and a pattern of its feedback. */
  readonly wrong?: { readonly answer: unknown; readonly says: string };
  /** Settings for the stage, if the answer is there. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly tokens?: number; // of a grid
  readonly given?: number; // rows of a grid that are painted already
}

export interface SolvedStep {
  readonly slug: string;
  readonly title: string;
  readonly goals: readonly (Goal & { readonly label?: string; readonly now?: unknown })[];
  readonly exercises: readonly SolvedExercise[];
}

export interface SolvedLesson {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly SolvedStep[];
}

export function solutions(
  files: Readonly<Record<string, string>>,
  known: Known,
  render: Parameters<typeof checkAll>[2],
): readonly SolvedLesson[] {
  const { lessons, refused } = checkAll(files, known, render);
  if (refused.length > 0) throw new Error(refused.map(({ why }) => why).join('\n'));
  return lessons.map(({ id, title, steps }) => ({
    id,
    title,
    steps: steps.map(({ slug, title, goals, exercises, stage }) => ({
      slug,
      title,
      goals: goals.map((goal) =>
        goal.kind === 'changed'
          ? {
              ...goal,
              label: controlOf(goal.setting).label,
              now: stageSpecs(stage)[0]![goal.setting],
            }
          : goal,
      ),
      exercises: exercises.map(({ id, kind, of, rules }) => {
        const { answer, world } = rules.solve(of);
        const [wrong] = rules.wrong(of, { specs: stageSpecs(stage), results: [] });
        return {
          id,
          kind,
          right: answer,
          empty: rules.empty(of),
          ...(wrong && { wrong: { answer: wrong.answer, says: wrong.says.source } }),
          ...(world && { settings: world }),
          ...(of as { tokens?: number; given?: number }),
        };
      }),
    })),
  }));
}
