/** @file A checked lesson: what each step shows, its goals, and its exercises. */
import { check } from '../core/check';
import { read } from '../attention/parse';
import { checkRun } from '../spec/check';
import type { LessonDocument, LessonHead } from './document';
import { placed } from './mapProse';
import type { Kinds } from './exercise';
import { exerciseOf, type Exercise } from './exercises';
import { goalsOf, type Goal } from './goal';
import type { PredictExercise } from './exercises/predict';
import { changed, EMPTY, stageAfter, stageSpecs, type Known, type Stage } from './scene';
import { isSetting, settingsOfLink } from './settings';

export type Part =
  | { readonly kind: 'prose'; readonly html: string }
  | { readonly kind: 'exercise'; readonly exercise: Exercise };

export interface Step {
  readonly slug: string;
  readonly title: string;
  readonly parts: readonly Part[];
  /** The stage in this step: all scenes up to and including its own. */
  readonly stage: Stage;
  /** What the reader has to do; a step without goals and exercises is done once it was read. */
  readonly goals: readonly Goal[];
  readonly exercises: readonly Exercise[];
  /** The step asks for a prediction, so the recording stays covered until it is made. */
  readonly veiled: boolean;
}

export interface Lesson extends LessonHead {
  readonly steps: readonly Step[];
}

/** Marks the end of a lesson in the URL, in place of a step. */
export const END = 'end';

/** Throws InputError naming file, step and reason. */
export function lessonOf(document: LessonDocument, known: Known, kinds: Kinds): Lesson {
  const { steps: documents, ...head } = document;
  const { id } = head;
  const file = `lessons/${id}/lesson.md`;
  let stage: Stage = EMPTY;
  const names = new Set<string>();
  const slugs = new Set<string>();
  for (const mask of head.picture) placed(`${file}: the picture '${mask}'`, () => read(mask));
  const steps = documents.map((step): Step => {
    const place = (line: number) => `${file}, step '${step.title}', line ${line}`;
    const where = (line: number, what: string) => `${place(line)}: ${what}`;
    let goals: readonly Goal[] = [];
    const scenes = step.parts.filter(({ kind }) => kind === 'scene');
    check(
      scenes.length <= 1,
      where(step.line, 'it has two scenes; one step changes the stage once'),
    );
    const exercises: Exercise[] = [];
    const parts: Part[] = [];
    // The scene comes before the exercises, wherever the author put it.
    for (const part of step.parts.toSorted(
      (a, b) => +(b.kind === 'scene') - +(a.kind === 'scene'),
    )) {
      placed(place(part.line), () => {
        if (part.kind === 'scene') {
          const { until, ...scene } = { ...(part.value as Record<string, unknown>) };
          stage = stageAfter(stage, scene, 'the scene', known);
          if (until !== undefined) goals = goalsOf(until, 'until');
        } else if (part.kind === 'exercise') {
          const exercise = exerciseOf(part.value, 'the exercise', stageSpecs(stage)[0]!, kinds);
          check(!names.has(exercise.id), `two exercises are called '${exercise.id}'`);
          names.add(exercise.id);
          if (exercise.kind === 'predict') checkChange(exercise, stage);
          exercises.push(exercise);
          parts.push({ kind: 'exercise', exercise });
        } else {
          for (const name of needsOf(part.text))
            check(
              name === 'train' || isSetting(name),
              `{with ${name}: …} names no setting, and not train`,
            );
          for (const link of linksOf(part.text)) settingsOfLink(link, `the link 'set:${link}'`);
          parts.push({ kind: 'prose', html: part.text });
        }
      });
    }
    const { slug } = step;
    check(
      slug !== '' && slug !== END && !slugs.has(slug),
      where(
        step.line,
        `its title gives the address '${slug}', which is empty, another step's, or '${END}', the address of the end`,
      ),
    );
    slugs.add(slug);
    return {
      slug,
      title: step.title,
      parts,
      stage,
      goals,
      exercises,
      veiled: exercises.some(({ kind }) => kind === 'predict'),
    };
  });
  return { ...head, steps };
}

/** The change offered after a prediction must have an effect, and its result must be trainable. */
function checkChange({ of }: Exercise, stage: Stage) {
  const [link] = linksOf((of as PredictExercise).change);
  const set = settingsOfLink(link!, 'change of the exercise');
  const after = stageSpecs(changed(stage, { set, runs: {} }));
  check(
    JSON.stringify(after) !== JSON.stringify(stageSpecs(stage)),
    `change of the exercise sets ${link}, which the runs of this step have already`,
  );
  for (const spec of after) checkRun(spec);
}

/** What sentences in the built page need: settings, and 'train'. */
const needsOf = (html: string): readonly string[] =>
  [...html.matchAll(/data-with(?:out)?="([^"]+)"/g)].flatMap(([, names]) => names!.split(' '));

/** Settings in links of the built page. */
export const linksOf = (html: string): readonly string[] =>
  [...html.matchAll(/data-set="([^"]+)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'));
