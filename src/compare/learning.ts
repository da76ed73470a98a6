/**
 * @file Whether runs are still learning so fast that it is too early to compare them, judged from what was recorded of them.
 *
 * What the last third of its steps brought a run, half as many steps again may bring once more. While that is
 * enough to close a gap, or to open a wide one between runs that look level, their order is not likely to hold.
 */
import type { ValidationRecord } from './history';

/** Where the last third of the steps begins. */
const SINCE = 2 / 3;

/**
 * What the last third of `step` steps brought: nats by which the held-out loss fell, or share of right answers by
 * which it rose; negative where a run got worse. Between two looks a run is taken to move evenly. Undefined where it
 * was not looked at early enough to say.
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

/** How one run stands to the one with the best number; all in nats, or in shares of right answers. */
export interface Progress {
  /** It has the best number, or cannot be told from it. */
  readonly ahead: boolean;
  /** To the best number; 0 or more. */
  readonly gap: number;
  /** How far the gap may be moved by the seed, or by chance. */
  readonly noise: number;
  /** `gainOf`, of one seed or the mean of several. */
  readonly gain: number | undefined;
  /** What is left to gain. */
  readonly room: number;
}

/** What may come in half as many steps again; without an earlier look, anything. */
export const mayGain = ({ gain = Infinity, room }: Pick<Progress, 'gain' | 'room'>) =>
  Math.max(0, Math.min(gain, room));

/** `best`: the place of the run with the best number. */
export function stillLearning(runs: readonly Progress[], best: number): boolean {
  const alone = runs.filter(({ ahead }) => ahead).length === 1;
  return runs.some((run) =>
    run.ahead
      ? !alone && mayGain(run) > run.noise
      : Math.max(mayGain(run), mayGain(runs[best]!)) + run.noise > run.gap,
  );
}
