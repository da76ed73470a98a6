/** @file Everything in ./slices, found automatically, and which slices a text is scored by. */
import { registryOf } from '../core/registry';
import type { Slice } from './slice';
import type { CorpusSource, Source } from './source';

export const slices = registryOf<Slice>(
  /* a message */ 'slice',
  import.meta.glob<{ default: Slice }>('./slices/*.ts', { eager: true }),
);

/** Those that mean anything in a text, in the order they are shown; none for a task. */
export const slicesOf = (source: Source): readonly Slice[] =>
  source.kind === 'corpus' ? slices.all.filter((slice) => slice.fits(source)) : [];

/** The one every page shows first; undefined for a task. */
export const headlineOf = (source: Source): Slice | undefined => slicesOf(source)[0];

/** Whether the helpful text of the slice is beyond local layers that see `reach` tokens, query included. */
export const isFar = (slice: Slice, source: CorpusSource, reach: number): boolean => {
  const back = slice.back?.(source);
  return back === undefined || back > reach;
};
