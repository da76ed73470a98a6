/**
 * @file Every prediction of every lesson: made for a recorded run, answered with its own reason, followed by one thing
 * to change.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../src/compare/file';
import { subsetOf } from '../../src/compare/subset';
import { kinds } from '../../src/lessons/kinds';
import { farOf, type PredictExercise } from '../../src/lessons/exercises/predict';
import { linksOf } from '../../src/lessons/lesson';
import { changed, comparisonOf, stageSpecs } from '../../src/lessons/scene';
import { settingsOfLink } from '../../src/lessons/settings';
import { checkAll } from '../../src/lessons/check';
import { exercises, names, render } from './all';

const predictions = exercises.filter(({ exercise }) => exercise.kind === 'predict');
const kind = kinds.get('predict');
const text = (html: string) => html.replaceAll(/<[^>]+>/g, '');

test('every lesson asks for a prediction except the last, which trains nothing new', () => {
  const asking = new Set(predictions.map(({ lesson }) => lesson.id.slice(0, 2)));
  expect(asking.size).toBe(12);
  expect(asking.has('12')).toBe(false);
});

describe.each(predictions.map((one) => [one.name, one] as const))('%s', (_, { step, exercise }) => {
  const of = exercise.of as PredictExercise;
  const saved = subsetOf(
    readFile(readFileSync(`public/recorded/races/${step.stage.recorded!}.json`, 'utf8')),
    comparisonOf(step.stage),
  )!;
  const last = saved.histories[of.run]!.validations.at(-1)!;
  const came = last[of.metric];
  const results = stageSpecs(step.stage).map(() => last);
  const said = (answer: number) => kind.check(exercise.of, answer, { specs: [], results });

  test('is asked for after as many steps as were recorded', () => {
    expect(of.after).toBe(last.step);
    expect(saved.histories[of.run]!.steps.length).toBeGreaterThanOrEqual(of.after);
  });

  test('has its answer at the step that the stage trains to', () => {
    for (const goal of step.goals) if (goal.kind === 'trained') expect(goal.steps).toBe(of.after);
  });

  test('explains values that are too high, too low and close, in the lesson’s own words', () => {
    const asked = { high: of.tooHigh, low: of.tooLow, near: of.near };
    for (const answer of [of.min, came, of.max]) {
      const far = farOf(of, answer, came);
      expect(said(answer)).toMatchObject({ html: asked[far], pending: true, gap: { came, far } });
    }
    expect(farOf(of, came, came)).toBe('near');
    expect(farOf(of, of.max, of.min)).toBe('high');
    expect(farOf(of, of.min, of.max)).toBe('low');
    for (const reason of Object.values(asked)) {
      expect(text(reason).length).toBeGreaterThan(60);
      expect(text(reason)).toMatch(/[.?]$/);
      expect(text(reason)).not.toMatch(/reckon|foretold|[Ww]hoever/);
    }
  });

  test('gives the gap in the unit of the question', () => {
    const answer = came - of.min > of.max - came ? of.min : of.max;
    const unit =
      of.metric === 'accuracy' ? /\d+ points too (high|low)\.$/ : /nats too (high|low)\.$/;
    expect(said(answer).says).toMatch(unit);
    expect(said(came).says).toMatch(/That is close\.$/);
  });

  test('offers a change of one setting that affects the runs', () => {
    const links = linksOf(of.change);
    expect(links).toHaveLength(1);
    const set = settingsOfLink(links[0]!, 'the link');
    expect(Object.keys(set)).toHaveLength(1);
    const before = stageSpecs(step.stage);
    const after = stageSpecs(changed(step.stage, { set, runs: {} }));
    expect(after.some((spec, i) => JSON.stringify(spec) !== JSON.stringify(before[i]))).toBe(true);
  });
});

describe('errors tell an author what is missing', () => {
  const WHOLE = {
    id: 'guess',
    kind: 'predict',
    band: [0.1, 0.2],
    after: 300,
    tooHigh: 'a',
    tooLow: 'b',
    near: 'c',
    change: '[15](set:window=15)',
    ask: '?',
    hints: ['a', 'b', 'c'],
  };
  const refusal = (own: object) => {
    const json = JSON.stringify({ ...WHOLE, ...own });
    const scene = JSON.stringify({ start: 'needle', runs: [{ plan: 'local' }], show: ['curve'] });
    const lesson = `---\ntitle: A\nsummary: B.\nlearned: a\nlearned: b\nlearned: c\n---\n\n## One\n\nText.\n\n\`\`\`scene\n${scene}\n\`\`\`\n\n\`\`\`exercise\n${json}\n\`\`\`\n`;
    return checkAll({ '00-a': lesson }, names, render).refused[0]?.why;
  };

  test.each([
    [{}, undefined],
    [{ tooLow: undefined }, /line 17: the exercise has no tooLow: say .* far too low/],
    [{ near: 'a' }, /says the same of two of tooHigh, tooLow and near/],
    [
      { change: 'Try something.' },
      /change of the exercise should offer one thing to change, as \[/,
    ],
    [{ change: '[6](set:window=6)' }, /sets window=6, which the runs of this step have already/],
    [{ change: '[x](set:width=30)' }, /width/],
    [{ after: undefined }, /after of the exercise is missing/],
  ] as const)('%j', (own, says) => {
    if (says) expect(refusal(own)).toMatch(says);
    else expect(refusal(own)).toBeUndefined();
  });
});
