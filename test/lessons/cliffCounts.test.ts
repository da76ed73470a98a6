/**
 * @file The numbers in the lesson The cliff about its questions are counted from those questions and from its
 * recordings.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reach } from '../../src/attention/reach';
import { specsOf } from '../../src/compare/comparison';
import { readFile } from '../../src/compare/file';
import { formatInteger } from '../../src/core/units';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import type { Batch, Task } from '../../src/data/source';
import { layersOf, type RunSpec } from '../../src/spec/run';

const needle = sources.get('needle') as Task;
const text = readFileSync('lessons/04-the-cliff/lesson.md', 'utf8');
const recordingOf = (race: string) => {
  const saved = readFile(readFileSync(`public/recorded/races/${race}.json`, 'utf8'));
  return specsOf(saved.comparison).map((spec, run) => ({ spec, ...saved.histories[run]! }));
};
const runOf = (race: string, window: number) =>
  recordingOf(race).find(({ spec }) => spec.plan === 'local' && spec.window === window)!;
const feedOf = ({ context: T, batch, distance, seed }: RunSpec) =>
  makeFeed(needle, { T, batch, distance, seed });

/** How far back each question's digit is, and which digit it is, from 1 to 8. */
const questionsOf = (batches: readonly Batch[], T: number) =>
  batches.flatMap(({ tokens, targets, weights }) =>
    [...weights.keys()].flatMap((at) => {
      if (weights[at] === 0) return [];
      const start = at - (at % T);
      const key = needle.answerAt!(tokens.subarray(start, start + T), at % T);
      return [{ distance: (at % T) - key, digit: targets[at]! + 1 }];
    }),
  );

/** How many of the curve's questions are within reach, and the share right if the rest are guessed. */
function possible(spec: RunSpec) {
  const questions = questionsOf(feedOf(spec).validation, spec.context);
  const far = reach(layersOf(spec), spec.context);
  const within = questions.filter(({ distance }) => distance < far).length;
  const most = (within + needle.chance! * (questions.length - within)) / questions.length;
  return { all: questions.length, within, percent: Math.round(100 * most) };
}

test('as many of the curve’s 256 questions are within reach as the lesson says', () => {
  const nine = possible(runOf('windows', 9).spec);
  expect(text).toContain(
    `The curve is measured on ${nine.all} held-out questions, the same ones for all four models. In ${nine.within} of them, one in eight,`,
  );
  expect(nine.within / nine.all).toBe(1 / 8);
  expect(text).toContain(
    `Together that is ${nine.within + (nine.all - nine.within) / 8} of ${nine.all}, about ${nine.percent} %.`,
  );
  expect(text).toContain(`Windows of 9 could have reached about ${nine.percent} %`);

  const edge = possible(runOf('edge', 6).spec);
  expect(text).toContain(
    `The curve is measured on ${edge.all} other questions. In ${edge.within} of`,
  );
  expect(text).toContain(`guesses the rest reaches about ${edge.percent} %.`);
});

test('windows of 4, 6 and 9 answer 3 to every question, so their counts are the same', () => {
  const { spec, evaluation } = runOf('windows', 9);
  const recorded = evaluation!.distances;
  const least = [28, 29, 31, 32, 34, 35, 37, 38, 40, 41, 43, 44]; // 12 of them, spread as Trainer does
  const asked = questionsOf(
    least.flatMap((distance) => feedOf(spec).asked(distance, 4)),
    spec.context,
  );
  for (const { distance, right, questions } of recorded) {
    const here = asked.filter((one) => one.distance === distance);
    expect(here).toHaveLength(questions);
    expect(here.filter(({ digit }) => digit === 3)).toHaveLength(right);
  }
  for (const window of [4, 6])
    expect(runOf('windows', window).evaluation!.distances).toEqual(recorded);
  expect(runOf('windows', 15).evaluation!.distances).not.toEqual(recorded);

  const within = recorded.filter(({ distance }) => distance < reach(layersOf(spec), spec.context));
  const [right, questions] = [
    within.reduce((sum, one) => sum + one.right, 0),
    within.reduce((sum, one) => sum + one.questions, 0),
  ];
  expect(text).toContain(`It has ${formatInteger(asked.length)} questions of its own`);
  expect(text).toContain(`The digit is within reach, 28 to 32 back, in only ${questions} of them`);
  expect(text).toContain(`answered ${right} of these ${questions} right`);
});
