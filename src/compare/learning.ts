/**
 * @file Whether runs are still learning too fast to be compared, judged from their records.
 *
 * If a run continues for half as many steps again, it may gain as much as it did in the last third of its steps. While
 * that is enough to close a gap, or to open a wide one between runs that look level, their order may still change.
 */
import type { ValidationRecord } from './history';

/** Where the last third of the steps begins. */
const SINCE = 2 / 3;

/**
 * The gain over the last third of `step` steps: nats by which the held-out loss fell, or by how much the share of
 * right answers rose; negative if the run got worse. Linear between two validations. Undefined if the first
 * validation came too late.
 */
export function gainOf(
  validations: readonly ValidationRecord[],
  step: number,
  by: 'loss' | 'accuracy',
): number | undefined {
  const now = validations.find((one) => one.step === step);
  const since = SINCE * step;
  const before = validations.findLast((one) => one.step <= since);
  const after = validations.find((one) => one.step > since);
  if (!now || !before || !after) return undefined;
  const part = (since - before.step) / (after.step - before.step);
  const then = before[by] + part * (after[by] - before[by]);
  return by === 'loss' ? then - now.loss : now.accuracy - then;
}

/** One run compared with the best number; all in nats, or in shares of right answers. */
export interface Progress {
  /** It has the best number, or cannot be distinguished from the run that has. */
  readonly ahead: boolean;
  /** Distance to the best number; 0 or more. */
  readonly gap: number;
  /** How far the seed, or chance, may move the gap. */
  readonly noise: number;
  /** `gainOf`, for one seed or the mean of several. */
  readonly gain: number | undefined;
  /** The most that it could still gain. */
  readonly room: number;
}

/** The possible gain in half as many steps again; unlimited without an earlier validation. */
export const mayGain = ({ gain = Infinity, room }: Pick<Progress, 'gain' | 'room'>) =>
  Math.max(0, Math.min(gain, room));

/** `best`: the index of the run with the best number. */
export function stillLearning(runs: readonly Progress[], best: number): boolean {
  const alone = runs.filter(({ ahead }) => ahead).length === 1;
  return runs.some((run) =>
    run.ahead
      ? !alone && mayGain(run) > run.noise
      : Math.max(mayGain(run), mayGain(runs[best]!)) + run.noise > run.gap,
  );
}
