/** @file Which files a lesson may load besides its own text: for a package with one lesson, which works offline. */
import { sources } from '../data/registry';
import { linksOf, type Lesson } from './lesson';
import { stageSpecs } from './scene';
import { settingsOfLink } from './settings';
import { FIRST_ADAPTED } from './stageViews';

export interface Needs {
  /** Paths under public/. A model without a recorded adaptation has no file in recorded/adapted. */
  readonly files: readonly string[];
  /** Ids of shipped models. */
  readonly models: readonly string[];
}

export function needsOf({ steps }: Pick<Lesson, 'steps'>): Needs {
  const stages = steps.map(({ stage }) => stage);
  const tasks = new Set([
    ...stages.flatMap((stage) => stageSpecs(stage).map(({ task }) => task)),
    ...steps.flatMap(({ parts }) => textsIn(parts)).flatMap(tasksSetIn),
    // A reader who may choose the task may choose any.
    ...(stages.some(({ controls }) => controls.includes('task'))
      ? sources.all.map(({ id }) => id)
      : []),
  ]);
  const recordings = stages.flatMap(({ recorded }) => recorded ?? []);
  const adapted = stages
    .filter(({ show }) => show.includes('adapt'))
    .map(({ model }) => model ?? FIRST_ADAPTED);
  const corpora = [...tasks].flatMap((id) => {
    const source = sources.get(id);
    return source.kind === 'corpus' ? (source.file ?? []) : [];
  });
  return {
    files: sorted([
      ...recordings.map((name) => `recorded/races/${name}.json`),
      ...adapted.map((id) => `recorded/adapted/${id}.json`),
      ...corpora.flatMap((path) => [`${path}.json`, `${path}.txt`]),
    ]),
    models: sorted([...stages.flatMap(({ model }) => model ?? []), ...adapted]),
  };
}

/** Every text in a part of a lesson, however deep: an exercise has links in its feedback. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const tasksSetIn = (html: string): readonly string[] =>
  linksOf(html).flatMap((link) => settingsOfLink(link, 'the link').task ?? []);

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
