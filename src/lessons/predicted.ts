/** @file The feedback on a prediction, which follows the result of its run and stays when the stage is changed. */
import type { Result, Verdict } from './exercise';
import type { Exercise } from './exercises';
import type { PredictExercise } from './exercises/predict';
import type { Answered } from './progress';

export function verdictOnPrediction(exercise: Exercise, record: Answered): Verdict {
  const { run, metric } = exercise.of as PredictExercise;
  const results = Array.from({ length: run + 1 }, () => undefined as Result | undefined);
  if (record.came !== undefined)
    results[run] = { accuracy: record.came, loss: record.came, [metric]: record.came };
  const verdict = exercise.rules.check(exercise.of, record.answer, { specs: [], results });
  return { ...verdict, pending: !record.right };
}
