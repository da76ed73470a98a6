import { check } from '../../core/check';
import { Fields } from '../../core/fields';
import { list, number, readable } from '../../core/schema';
import { fixed } from '../../core/numbers';
import { defineExercise, type Far } from '../exercise';

export interface PredictExercise {
  readonly metric: 'accuracy' | 'loss';
  readonly run: number; // from 0
  /** The training step that the prediction is about. */
  readonly after: number;
  readonly min: number;
  readonly max: number;
  /** A prediction within this distance of the result counts as close. */
  readonly close: number;
  /** The lowest and highest results that runs reached when measured. */
  readonly band: readonly [number, number];
  /** The lesson's explanation, inline HTML, for readers who were far too high, far too low, or close. */
  readonly tooHigh: string;
  readonly tooLow: string;
  readonly near: string;
  /** One thing to change afterwards: inline HTML with one button that changes the stage. */
  readonly change: string;
  /** What can be seen once the runs with that change were trained this far: inline HTML. */
  readonly changed: { readonly after: number; readonly says: string } | undefined;
}

const say = ({ metric }: PredictExercise, value: number) =>
  metric === 'accuracy' ? `${Math.round(100 * value)} %` : fixed(value, 2);

/** '91 points', '0.35 nats': how far apart two numbers are. */
const apart = ({ metric }: PredictExercise, off: number) => {
  if (metric === 'loss') return `${fixed(off, 2)} nats`;
  const points = Math.round(100 * off);
  return `${points} ${points === 1 ? 'point' : 'points'}`;
};

/**
 * 'near' means within `close` of the result. If both lie in the band measured in the lesson's own runs, that is near
 * too: the reader is not wrong by a difference that another seed would make.
 */
export function farOf(
  { close, band: [low, high] }: Pick<PredictExercise, 'close' | 'band'>,
  said: number,
  came: number,
): Far {
  const measured = (value: number) => value >= low && value <= high;
  if (Math.abs(said - came) <= close + 1e-9 || (measured(said) && measured(came))) return 'near';
  return said > came ? 'high' : 'low';
}

/**
 * Predict, run, read why. No prediction is wrong; it is solved once the reader has seen its run and read the reason, so
 * `check` always returns pending (src/state/study.svelte.ts knows what was read).
 */
export default defineExercise<PredictExercise, number | undefined>({
  id: 'predict',
  label: 'Predict, then run',
  order: 3,
  read(fields) {
    const metric = fields.oneOf('metric', ['accuracy', 'loss'] as const, 'accuracy');
    const run = fields.whole('run', { min: 1, max: 4 }, 1) - 1;
    const bounds = { min: 0, max: 100 };
    const min = fields.number('min', bounds, 0);
    const max = fields.number('max', bounds, metric === 'accuracy' ? 1 : 5);
    check(max > min, `${fields.what}: max should be above min`);
    const [low, high] = readable(list(number()), fields.list('band', { min: 2, max: 2 })) ?? [];
    check(
      low !== undefined && high !== undefined && low < high && low >= min && high <= max,
      `band of ${fields.what} should be two numbers, the least and the most that was measured, from ${min} to ${max}`,
    );
    const reason = (name: 'tooHigh' | 'tooLow' | 'near', whom: string) => {
      check(
        fields.has(name),
        `${fields.what} has no ${name}: say in a sentence or two why, for those whose prediction was ${whom}`,
      );
      return fields.string(name);
    };
    const reasons = {
      tooHigh: reason('tooHigh', 'far too high'),
      tooLow: reason('tooLow', 'far too low'),
      near: reason('near', /* a message */ 'close'),
    };
    check(
      new Set(Object.values(reasons)).size === 3,
      `${fields.what} says the same of two of tooHigh, tooLow and near; each should have its own reason`,
    );
    const change = fields.string('change');
    check(
      change.split('data-set="').length === 2,
      `change of ${fields.what} should offer one thing to change, as [a window of 15](set:window=15)`,
    );
    let changed: PredictExercise['changed'];
    if (fields.has('changed')) {
      const inner = new Fields(fields.get('changed'), `changed of ${fields.what}`);
      changed = { after: inner.whole('after', { min: 1, max: 5000 }), says: inner.string('says') };
      inner.end();
    }
    return {
      metric,
      run,
      after: fields.whole('after', { min: 1, max: 5000 }),
      min,
      max,
      close: fields.number('close', { min: 0, max: 10 }, (max - min) / 10),
      band: [low, high],
      ...reasons,
      change,
      changed,
    };
  },
  empty: () => undefined,
  begun: (_, answer) => answer !== undefined,
  check(exercise, answer, world) {
    const said = say(exercise, answer!);
    const came = world.results[exercise.run]?.[exercise.metric];
    if (came === undefined)
      return {
        right: true,
        pending: true,
        says: `You predicted ${said}. The answer comes with step ${exercise.after}: watch the recording, or train that far.`,
      };
    const { min, max } = exercise;
    const far = farOf(exercise, answer!, came);
    const off = Math.abs(came - answer!);
    const [reached, distance] = [say(exercise, came), apart(exercise, off)];
    const says = {
      near: `You predicted ${said}; it reached ${reached}. That is close.`,
      high: `You predicted ${said}; it reached ${reached}. That is ${distance} too high.`,
      low: `You predicted ${said}; it reached ${reached}. That is ${distance} too low.`,
    }[far];
    return {
      right: true,
      pending: true,
      says,
      html: { high: exercise.tooHigh, low: exercise.tooLow, near: exercise.near }[far],
      gap: { said: answer!, came, min, max, far },
    };
  },
  solve: ({ band }) => ({ answer: (band[0] + band[1]) / 2 }),
  // No prediction is wrong; test/lessons/predictions.test.ts checks the three reasons of each.
  wrong: () => [],
  answerOf: ({ min, max }, value) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined,
  say: (exercise, answer) => (answer === undefined ? '–' : say(exercise, answer)),
});
