/**
 * @file The component of each kind of exercise. Those that draw a mask, and those that no lesson begins with, are loaded
 * only by lessons that have one: before the text if the reader's step has one, otherwise after it.
 */
import type { Component } from 'svelte';
import type { Exercise } from '../../lessons/exercises';
import type { Lesson, Step } from '../../lessons/lesson';
import type { Study } from '../../state/study.svelte';

type Body = Component<{ exercise: Exercise; study: Study; check: () => void }>;

const early = import.meta.glob<Body>(
  ['./exercises/*.svelte', '!./exercises/{Bug,Explain,Paint,Target}.svelte'],
  { eager: true, import: 'default' },
);
const files = import.meta.glob<Body>('./exercises/{Bug,Explain,Paint,Target}.svelte', {
  import: 'default',
});
let loaded = $state.raw<Readonly<Record<string, Body>>>(early);

const fileOf = (kind: string) => `./exercises/${kind[0]!.toUpperCase()}${kind.slice(1)}.svelte`;

/** Undefined until it has been loaded. */
export const bodyOf = ({ kind }: Exercise): Body | undefined => loaded[fileOf(kind)];

/** Loads the bodies of these steps. */
export async function loadBodies(steps: readonly Step[]): Promise<void> {
  const missing = steps
    .flatMap(({ exercises }) => exercises.map(({ kind }) => fileOf(kind)))
    .filter((file, i, all) => !loaded[file] && all.indexOf(file) === i);
  await Promise.all(
    missing.map(async (file) => {
      const body = await files[file]!();
      loaded = { ...loaded, [file]: body };
    }),
  );
}

/** The step at which a reader continues, by its slug. */
export const stepAt = ({ steps }: Lesson, at: string | undefined): Step =>
  steps.find(({ slug }) => slug === at) ?? steps[0]!;
