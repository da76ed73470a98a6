/** @file A slice of the held-out tokens, and the rest: all of them without the slice. */
import { check } from '../core/check';
import type { SliceScore } from './slice';

/** The score of some tokens. If there are none, loss and accuracy are 0 and mean nothing. */
export interface Score {
  readonly loss: number; // nats per token
  readonly accuracy: number; // 0..1
  readonly tokens: number;
}
type Losses = Omit<Score, 'accuracy'>;

/**
 * The score of the tokens outside a slice, from that of all tokens. Throws InputError if the slice has more tokens than
 * the whole. Both scores may be rounded, so the result is clamped: never below 0, and no accuracy above 1.
 */
export function restOf(whole: Score, slice: Score): Score;
export function restOf(whole: Losses, slice: Losses): Losses;
export function restOf(whole: Losses & Partial<Score>, slice: Losses & Partial<Score>): Losses {
  const tokens = whole.tokens - slice.tokens;
  check(
    tokens >= 0,
    `the slice has ${slice.tokens} tokens; there are ${whole.tokens} in all, so it should have no more`,
  );
  const left = (all: number, of: number) =>
    tokens > 0 ? Math.max(0, (all * whole.tokens - of * slice.tokens) / tokens) : 0;
  return {
    loss: left(whole.loss, slice.loss),
    ...(whole.accuracy !== undefined &&
      slice.accuracy !== undefined && {
        accuracy: Math.min(1, left(whole.accuracy, slice.accuracy)),
      }),
    tokens,
  };
}

/** A slice of what was scored, and the rest of it. */
export interface Apart {
  readonly slice: Score;
  readonly rest: Score;
}

/** Undefined if the slice was not scored: files from before slices existed have none. */
export function apart(
  whole: Score & { readonly slices?: readonly SliceScore[] },
  id: string,
): Apart | undefined {
  const slice = whole.slices?.find((one) => one.id === id);
  return slice && { slice, rest: restOf(whole, slice) };
}
