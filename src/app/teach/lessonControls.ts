/**
 * @file Controls that a link to a page can hide or lock: those of the Lab, and those that a lesson ever lets readers
 * change.
 */
import { HIDEABLE, LOCKABLE } from '../../lessons/link';
import { linksOf, type Lesson } from '../../lessons/lesson';
import { CONTROLS } from '../../spec/controls';
import { LAB_NAMES } from './teacherLink';

export interface Control {
  readonly name: string;
  readonly label: string;
  readonly section: string;
  readonly hideable: boolean;
  readonly lockable: boolean;
}

const described = new Map<string, { label: string; section: string }>([
  ['train', { label: 'Training: Train, Step, Reset', section: 'Training' }],
  ['preset', { label: 'Preset', section: 'Preset' }],
  ...CONTROLS.map(({ name, label, section }) => [name, { label, section }] as const),
]);

const controlOf = (name: string, hideable: boolean, lockable: boolean): Control => ({
  name,
  ...described.get(name)!,
  hideable,
  lockable,
});

export const labControls: readonly Control[] = LAB_NAMES.map((name) => controlOf(name, true, true));

/** What a lesson's reader can change: by controls beside the stage, by links in the text, and by clicking a stripe. */
export function controlsOfLesson({ steps }: Lesson): readonly Control[] {
  const beside = new Set<string>(steps.flatMap(({ stage }) => stage.controls));
  const inText = steps
    .flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'prose' ? linksOf(part.html) : [])),
    )
    .flatMap((link) => link.split('&').map((pair) => pair.split('=')[0]!));
  const stripes = steps.some(({ stage }) => stage.show.includes('stripes')) ? ['plan'] : [];
  const changed = new Set([...beside, ...inText, ...stripes]);
  return HIDEABLE.filter((name) => name === 'train' || changed.has(name))
    .map((name) =>
      controlOf(
        name,
        name === 'train' || beside.has(name),
        (LOCKABLE as readonly string[]).includes(name),
      ),
    )
    .map((control) => ({ ...control, section: 'All' }));
}
