/** @file Which held-out characters a loss covers: all of them, those of a slice, or the rest. */
import { restOf } from '../data/rest';
import type { SliceScore } from '../data/slice';
import { slices as registered } from '../data/slices';
import type { Result } from './result';

export interface Measure {
  readonly part: 'all' | 'slice' | 'rest';
  /** Id of the slice; empty for all. */
  readonly slice: string;
  readonly label: string;
}

/** A loss, and the number of characters it covers. */
export interface Score {
  readonly loss: number; // nats per token
  readonly tokens: number;
}

export const ALL: Measure = { part: 'all', slice: '', label: 'All characters' };

/** All characters; and, if runs were scored by slices, the first slice that all those runs have, and the rest. */
export function measuresOf(results: readonly Result[]): readonly Measure[] {
  const sliced = results.filter(({ slices }) => slices && slices.length > 0);
  const inAll = registered.all.find(
    ({ id }) => sliced.length > 0 && sliced.every(({ slices }) => has(slices!, id)),
  );
  if (!inAll) return [ALL];
  const { id: slice, label } = inAll;
  return [ALL, { part: 'slice', slice, label }, { part: 'rest', slice, label: 'The rest' }];
}

/** A measure of one validation; undefined if that validation does not include it. */
export function scoreOf(
  look: Score & { readonly slices?: readonly SliceScore[] },
  { part, slice }: Measure,
): Score | undefined {
  if (part === 'all') return { loss: look.loss, tokens: look.tokens };
  const own = look.slices?.find(({ id }) => id === slice);
  if (!own || own.tokens === 0) return undefined;
  if (part === 'slice') return { loss: own.loss, tokens: own.tokens };
  const { loss, tokens } = restOf({ loss: look.loss, tokens: look.tokens }, own);
  return tokens > 0 ? { loss, tokens } : undefined;
}

/**
 * A measure of a run at its end, on as much held-out text as there is: from its buckets, or otherwise its last
 * validation.
 */
export function endOf(result: Result, measure: Measure): Score | undefined {
  const { buckets, slices, validation } = result;
  if (buckets.length === 0) {
    const last = validation.at(-1);
    return last && scoreOf(last, measure);
  }
  const tokens = buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
  const loss = buckets.reduce((sum, bucket) => sum + bucket.loss * bucket.tokens, 0) / tokens;
  return scoreOf({ loss, tokens, ...(slices && { slices }) }, measure);
}

const has = (slices: readonly SliceScore[], wanted: string) =>
  slices.some(({ id }) => id === wanted);
