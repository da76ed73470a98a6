/** @file The distance setting of every task: how far back, at least, the answer to a scored token is. */
import { check, InputError } from '../core/check';
import { checkParam, type ParamSpec } from '../core/params';
import type { Task } from './source';

export const DISTANCE: ParamSpec = {
  label: 'Distance',
  unit: 'tokens',
  min: 1,
  max: 480,
  initial: 28,
  explain: (d) => `the answer lies at least ${d} ${d === 1 ? 'token' : 'tokens'} back`,
};

/** Refuses a context that is too short for the distance, and says which context is long enough. */
export function checkRoom(
  { label, maxDistance }: Pick<Task, 'label' | 'maxDistance'>,
  T: number,
  distance: number,
): void {
  check(
    Number.isSafeInteger(T) && T >= 1,
    `context is ${T}; it should be a whole number of tokens, 1 or more`,
  );
  checkParam('distance', DISTANCE, distance);
  const room = maxDistance(T);
  if (room >= distance) return;

  let enough = T; // every task gains room with T
  while (maxDistance(enough) < distance) enough++;
  throw new InputError(
    room < 1
      ? `context is ${T}; ${label} with distance ${distance} needs a context of at least ${enough} tokens`
      : `distance is ${distance}; ${label} in a context of ${T} tokens has room for ${room} at most, or take a context of at least ${enough}`,
  );
}
