/** @file The current view as part of the URL: `show=mask&at=1.2.46.9` is layer 1, head 2, query 46, key 9. */
import type { RunSpec } from '../spec/run';
import type { Cell } from './selection.svelte';

/** What a map draws in its cells. */
export type Show = 'weights' | 'mask' | 'reach';

const SHOWS: readonly Show[] = ['weights', 'mask', 'reach'];

export interface Sight {
  readonly show: Show;
  /** The locked cell. */
  readonly cell: Cell | undefined;
  /** What could not be read, in words. */
  readonly notes: readonly string[];
}

export function sightOf(rest: ReadonlyMap<string, string>, spec: RunSpec): Sight {
  const notes: string[] = [];
  const asked = rest.get('show');
  const show = SHOWS.find((known) => known === asked) ?? 'weights';
  if (asked !== undefined && show !== asked) {
    notes.push(`show should be one of ${SHOWS.join(', ')}; weights are shown`);
  }
  const at = rest.get('at');
  const cell = at === undefined ? undefined : cellOf(at, spec);
  if (at !== undefined && !cell) {
    notes.push(
      'at should be a layer, a head, a query and a key of this model, as in 1.1.9.4; ignored',
    );
  }
  return { show, cell, notes };
}

function cellOf(text: string, { layers, heads, context }: RunSpec): Cell | undefined {
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,5}\.\d{1,5}$/.test(text)) return undefined;
  const [layer, head, query, key] = text.split('.').map(Number) as [number, number, number, number];
  const inside =
    layer >= 1 && layer <= layers && head >= 1 && head <= heads && query < context && key < context;
  return inside ? { layer: layer - 1, head: head - 1, query, key } : undefined;
}

/** Only what differs from the page's initial view. */
export const sightPairs = (show: Show, cell: Cell | undefined): readonly string[] => [
  ...(show === 'weights' ? [] : [`show=${show}`]),
  ...(cell ? [`at=${cell.layer + 1}.${cell.head + 1}.${cell.query}.${cell.key}`] : []),
];
