/**
 * @file What a teacher's link to a lesson sets, besides lesson and step: `hide`, `lock`, `seed`, `embed`, `projector`.
 */
import type { Setting } from '../spec/run';
import { CONTROLS } from '../spec/controls';

export interface LessonLink {
  /** Hidden controls; 'train' hides training. */
  readonly hide: ReadonlySet<string>;
  /** Controls that are visible but fixed. */
  readonly lock: ReadonlySet<string>;
  readonly seed: number | undefined;
  /** Embedded in a frame of a course page: without the site's name and navigation. */
  readonly embed: boolean;
  /** Large type and high contrast, for a projector. */
  readonly projector: boolean;
}

export const PLAIN: LessonLink = {
  hide: new Set(),
  lock: new Set(),
  seed: undefined,
  embed: false,
  projector: false,
};

const MAX_SEED = 999_999;
export const HIDEABLE: readonly string[] = ['train', ...CONTROLS.map(({ name }) => name)];
export const LOCKABLE: readonly Setting[] = CONTROLS.map(({ name }) => name);

/** Always returns something that can be shown, whatever the query: unknown names are ignored. */
export function readLessonQuery(query: string): LessonLink {
  const pairs = new URLSearchParams(query.slice(0, 4000));
  const names = (key: string, known: readonly string[]) =>
    new Set((pairs.get(key) ?? '').split(',').filter((name) => known.includes(name)));
  const seed = /^\d{1,6}$/.test(pairs.get('seed') ?? '') ? Number(pairs.get('seed')) : undefined;
  return {
    hide: names('hide', HIDEABLE),
    lock: names('lock', LOCKABLE),
    seed: seed !== undefined && seed <= MAX_SEED ? seed : undefined,
    embed: pairs.get('embed') === '1',
    projector: pairs.get('projector') === '1',
  };
}

export function writeLessonQuery({ hide, lock, seed, embed, projector }: LessonLink): string {
  const list = (key: string, names: ReadonlySet<string>) =>
    names.size > 0 ? [`${key}=${[...names].join(',')}`] : [];
  return [
    'v=1',
    ...list('hide', hide),
    ...list('lock', lock),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...(embed ? ['embed=1'] : []),
    ...(projector ? ['projector=1'] : []),
  ].join('&');
}
