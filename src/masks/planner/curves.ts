/** @file The compared models against the length: bytes of their caches and FLOPs of attention, as curves and as rows. */
import type { ConfigLayers } from '../configLayer';
import { totalAt } from './cache';
import type { Entry } from './entry';
import { doublingsTo, lengthsTo, unboundedAt } from './plan';
import { nextFlops } from '../configCosts';

const FIRST_LENGTH = 64; // tokens, start of the curves
/** Steps per doubling, for a curve that rises by whole pages. */
const FINE = 24;

export interface Line {
  readonly id: string;
  readonly label: string;
  readonly look: 'first' | 'second' | 'reference';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Bytes of each model's cache after T tokens, and FLOPs of attention for the T-th. */
export interface Row {
  readonly T: number;
  readonly bytes: readonly number[];
  readonly flops: readonly number[];
}

/** Lengths of the curves: beyond the chosen one, and beyond every window. `page`: tokens. */
export function lengthsFor(entries: readonly Entry[], T: number, page: number): readonly number[] {
  const knees = entries.flatMap((entry) => entry.knees);
  const most = Math.min(...entries.map(({ at }) => at.most));
  const last = Math.min(
    most,
    Math.max(2 ** 17, 2 ** Math.ceil(Math.log2(2 * T)), 4 * Math.max(0, ...knees)),
  );
  return lengthsTo(
    last,
    Math.min(FIRST_LENGTH, last / 2),
    [...knees, T],
    page > 1 ? FINE : undefined,
  );
}

export function bytesOver(entries: readonly Entry[], lengths: readonly number[]): readonly Line[] {
  const lines = entries.map(({ model, at }, i): Line => {
    return {
      id: String(i),
      label: model.name,
      look: i === 0 ? 'first' : 'second',
      points: lengths.map((x) => ({ x, y: totalAt(at, x) })),
    };
  });
  const [only] = entries;
  if (entries.length > 1 || only!.knees.length === 0) return lines;
  const reference: Line = {
    id: 'all',
    label: 'without windows',
    look: 'reference',
    points: lengths.map((x) => ({ x, y: unboundedAt(only!.at, x) })),
  };
  return [reference, ...lines];
}

/** `source`: tokens of the source, if they were set. */
export const flopsOver = (
  entries: readonly Entry[],
  lengths: readonly number[],
  source: number | undefined,
): readonly Line[] =>
  entries.map(({ model }, i) => ({
    id: String(i),
    label: model.name,
    look: i === 0 ? ('first' as const) : ('second' as const),
    points: lengths.map((x) => ({
      x,
      y: nextFlops(model.config, x, sourceIn(model.config, source)),
    })),
  }));

/** The same as numbers: at every doubling, at each knee and at the chosen length. */
export function rowsOver(
  entries: readonly Entry[],
  lengths: readonly number[],
  T: number,
  source: number | undefined,
): readonly Row[] {
  const [first, last] = [lengths[0]!, lengths.at(-1)!];
  const also = [...entries.flatMap(({ knees }) => knees), T];
  return doublingsTo(last, first, also).map((T) => ({
    T,
    bytes: entries.map(({ at }) => totalAt(at, T)),
    flops: entries.map(({ model }) => nextFlops(model.config, T, sourceIn(model.config, source))),
  }));
}

const sourceIn = ({ source }: ConfigLayers, asked: number | undefined): number | undefined =>
  source && (asked ?? source.tokens);
