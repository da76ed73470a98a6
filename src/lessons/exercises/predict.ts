import { check } from '../../core/check';
import { defineExercise } from '../exercise';

interface PredictExercise {
  readonly metric: 'accuracy' | 'loss';
  readonly run: number; // from 0
  readonly min: number;
  readonly max: number;
  /** A prediction this near to what comes is called close. */
  readonly close: number;
  /** What runs came to when they were measured. */
  readonly band: readonly [number, number];
}

const say = ({ metric }: PredictExercise, value: number) =>
  metric === 'accuracy' ? `${Math.round(100 * value)} %` : value.toFixed(2);

/** Predict, then run. The prediction is kept and drawn over the result; it is no test, so every prediction is taken. */
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
    const band = fields.list('band', { min: 2, max: 2 });
    const [low, high] = band as [number, number];
    check(
      typeof low === 'number' &&
        typeof high === 'number' &&
        low < high &&
        low >= min &&
        high <= max,
      `band of ${fields.what} should be two numbers, the least and the most that was measured, from ${min} to ${max}`,
    );
    return {
      metric,
      run,
      min,
      max,
      close: fields.number('close', { min: 0, max: 10 }, (max - min) / 10),
      band: [low, high],
    };
  },
  empty: () => undefined,
  begun: (_, answer) => answer !== undefined,
  check(exercise, answer, world) {
    const said = say(exercise, answer!);
    const value = world.results[exercise.run]?.[exercise.metric];
    if (value === undefined)
      return { right: true, says: `Kept: ${said}. Now train it, or play the recording, and see.` };
    const off = Math.abs(value - answer!);
    const came = `You said ${said}, it came to ${say(exercise, value)}`;
    return {
      right: true,
      says:
        off <= exercise.close
          ? `${came}: close.`
          : `${came}: further ${answer! > value ? 'down' : 'up'} than you thought. What did you reckon with?`,
    };
  },
  solve: ({ band }) => ({ answer: (band[0] + band[1]) / 2 }),
  // Nothing is wrong about a prediction; that it is kept is what can fail.
  wrong: () => [],
  answerOf: ({ min, max }, value) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined,
  say: (exercise, answer) => (answer === undefined ? '–' : say(exercise, answer)),
});
