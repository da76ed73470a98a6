/** @file Where the plane on the page lies in its file: which array, and the position on each of its axes. */
import type { Looked } from './brought';
import type { Origin } from './matrix';

export interface Source {
  readonly origin: Origin;
  readonly dtype: string; // as named in the file
  readonly shape: readonly number[];
  /** A position on each axis, counted from 0; undefined for the axes of queries and keys. */
  readonly index: readonly (number | undefined)[];
  /** Whether its axis of keys comes before that of queries. */
  readonly turned: boolean;
  /** Which of the files it is in, if together they form one array. */
  readonly part?: number;
}

/**
 * For a layer, counted from 0, if one of the axes is of layers. Undefined if the array is not a mask, or not in a
 * file.
 */
export function sourceOf(
  { axes, stack, stacks, shape, dtype, origins, choices, form }: Looked,
  picked: readonly number[],
  layer: number,
): Source | undefined {
  if (!axes || origins.length === 0 || (form !== 'mask' && form !== 'weights')) return undefined;
  const { roles } = axes;
  const own = roles.filter((role, axis) => role !== 'query' && role !== 'key' && axis !== stack);
  let next = choices.length - own.length; // the array itself may have been picked first
  const index = roles.map((role, axis) =>
    role === 'query' || role === 'key' ? undefined : axis === stack ? layer : (picked[next++] ?? 0),
  );
  const turned = roles.indexOf('key') < roles.indexOf('query');
  if (!stacks) return { origin: origins[0]!, dtype, shape, index, turned };
  // Each part of a stack of files is found in its own file.
  const [part, ...rest] = index;
  const origin = part === undefined ? undefined : origins[part];
  return origin && { origin, dtype, shape: shape.slice(1), index: rest, turned, part: part! };
}

/** Layers listed one by one in a file name. */
const MAX_NAMED = 4;

/**
 * 'mask-repaired-layer8.npy': the file, the array if there are several, and the repaired planes, as the page counts
 * them: layers from 1, everything else from 0.
 */
export function repairedFileName(
  { axes, stack, shape }: Looked,
  sources: readonly Source[],
): string {
  const [{ origin, index, part }] = sources as [Source, ...Source[]];
  const key = origin.key === undefined ? '' : `-${origin.key}`;
  const begun = part === undefined ? 0 : 1;
  const places = index.map((place, i) => {
    const axis = i + begun;
    const role = axes!.roles[axis]!;
    if (place === undefined || shape[axis] === 1) return '';
    if (axis !== stack) return `-${role}${place}`;
    const layers = sources.map((one) => one.index[i]! + 1);
    return layers.length > MAX_NAMED ? '-layers' : `-layer${layers.join('-')}`;
  });
  const stem = origin.file.replace(/\.\w+$/, '');
  return `${`${stem}${key}-repaired${places.join('')}`.replaceAll(/[^\w.-]+/g, '-')}.npy`;
}
