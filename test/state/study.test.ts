/**
 * @file A reader in a lesson: steps, goals, answers, predictions, and a stage that follows; on an engine that computes
 * nothing.
 */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { headOf, readDocument } from '../../src/lessons/document';
import { mapProse } from '../../src/lessons/mapProse';
import { kinds } from '../../src/lessons/kinds';
import { lessonOf } from '../../src/lessons/lesson';
import {
  isFinished,
  NOTHING,
  readProgress,
  scoreOf,
  writeProgress,
  type LessonProgress,
} from '../../src/lessons/progress';
import type { Command } from '../../src/workers/train/protocol';
import { Stage } from '../../src/state/stage.svelte';
import { StageRuns } from '../../src/state/stageRuns.svelte';
import { Study } from '../../src/state/study.svelte';
import { fakeEngine } from '../fakes/fakeEngine';
import { names, render } from '../lessons/all';

const fence = (kind: string, value: unknown) => `\`\`\`${kind}\n${JSON.stringify(value)}\n\`\`\`\n`;
const HINTS = ['one', 'two', 'three'];
const LESSON = `---
title: A test
summary: For tests.
learned: One.
learned: Two.
learned: Three.
---

## Look

Text.

${fence('scene', { start: 'needle', runs: [{ plan: 'local' }], show: ['stripes', 'curve'], controls: ['window'] })}
## Change

Text.

${fence('scene', { until: { changed: 'window', to: 9 } })}
## Count

Text.

${fence('exercise', { id: 'reach', kind: 'number', quantity: 'reach', ask: 'How far?', hints: HINTS })}
## Predict

Text.

${fence('scene', { until: { trained: 50 } })}
${fence('exercise', { id: 'guess', kind: 'predict', run: 1, band: [0.05, 0.15], after: 300, tooHigh: 'It cannot see.', tooLow: 'It guesses.', near: 'Guessing.', change: '[15](set:window=15)', changed: { after: 5, says: 'It sees.' }, ask: 'How often?', hints: HINTS })}
## Reach it

Text.

${fence('exercise', { id: 'least', kind: 'target', want: { quantity: 'reach', atLeast: 40 }, least: 'all-pairs', vary: { window: [6, 9, 11, 12, 14, 20] }, ask: 'Least?', hints: HINTS })}
`;

const lesson = lessonOf(
  mapProse(readDocument('99-test', LESSON), render.block, render.inline),
  names,
  kinds,
);
const recording = (id: string) =>
  Promise.resolve(readFileSync(`public/recorded/races/${id}.json`, 'utf8'));

function begun(options: ConstructorParameters<typeof Study>[2] = {}, still = true) {
  const engine = fakeEngine();
  const stage = new Stage(engine, { recording, still, later: (_, then) => then() }).attach(
    StageRuns,
  );
  const study = new Study(lesson, stage, options);
  return { engine, stage, study };
}
const exercise = (study: Study) => study.step.exercises[0]!;
const opens = (sent: readonly Command[]) => sent.filter(({ type }) => type === 'open').length;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(400);

describe('steps', () => {
  test('a step without tasks is done when the reader goes on; going back shows its own settings', () => {
    const { study, stage } = begun();
    expect([study.at, study.first, study.done]).toEqual([0, true, false]);
    study.next();
    expect([study.at, study.isDoneAt(0), study.isDoneAt(1)]).toEqual([1, true, false]);
    stage.change({ window: 12 });
    expect(stage.spec.window).toBe(12);
    study.next();
    expect(stage.spec.window, 'what the reader changed stays in its step').toBe(6);
    study.back();
    expect(stage.spec.window).toBe(6);
    // A step that was left counts as read; things to try in it are counted separately.
    expect(study.score).toMatchObject({ done: 2, steps: 5, exercises: 3, right: 0 });
    expect(study.errands).toEqual({ all: 2, done: 0 });
  });

  test('a change that still waits is dropped if the settings are reset or another step begins', async () => {
    for (const leave of ['restore', 'next'] as const) {
      const { study, stage } = begun();
      await settle();
      stage.change({ window: 12 });
      if (leave === 'restore') stage.restore();
      else study.next();
      await settle();
      expect([stage.spec.window, stage.session.built.shared.window], leave).toEqual([6, 6]);
    }
  });

  test('a step still has its recording while other settings are on the stage', async () => {
    const { stage } = begun();
    const state = () => ({ has: stage.recorded, shows: stage.session.past.saved !== undefined });
    await settle();
    expect(state()).toEqual({ has: true, shows: true });
    stage.change({ window: 9 });
    await settle();
    expect(state()).toEqual({ has: true, shows: false });
    stage.restore();
    await settle();
    expect(state()).toEqual({ has: true, shows: true });
  });

  test('a step whose recording cannot be loaded has none', async () => {
    const none = () => Promise.reject(new Error('not found'));
    const stage = new Stage(fakeEngine(), { recording: none, still: true }).attach(StageRuns);
    new Study(lesson, stage);
    await settle();
    expect([stage.recorded, stage.session.past.saved]).toEqual([false, undefined]);
  });

  test('a goal counts when it is reached, and stays reached', () => {
    const { study, stage } = begun();
    study.go(1);
    stage.change({ window: 8 });
    study.see();
    expect(study.done).toBe(false);
    stage.change({ window: 9 });
    study.see();
    expect(study.done).toBe(true);
    study.go(0);
    study.go(1);
    expect(study.goals.map(({ reached }) => reached)).toEqual([true]);
  });

  test('one of several goals stays reached when the change is undone', () => {
    const twice = lessonOf(
      mapProse(
        readDocument(
          '99-test',
          LESSON.replace(
            '{"changed":"window","to":9}',
            '[{"changed":"window","to":9},{"selected":true}]',
          ),
        ),
        render.block,
        render.inline,
      ),
      names,
      kinds,
    );
    let kept = writeProgress({});
    const visit = () => {
      const stage = new Stage(fakeEngine(), {
        recording,
        still: true,
        later: (_, then) => then(),
      }).attach(StageRuns);
      const progress = readProgress(kept)['99-test'] ?? NOTHING;
      const keep = (now: LessonProgress) => (kept = writeProgress({ '99-test': now }));
      return { stage, study: new Study(twice, stage, { progress, keep }) };
    };
    const { stage, study } = visit();
    const ticks = (of = study) => of.goals.map(({ reached }) => reached);
    study.go(1);
    stage.change({ window: 9 });
    study.see();
    expect(ticks()).toEqual([true, false]);
    stage.restore();
    study.see();
    expect(ticks()).toEqual([true, false]);
    expect(study.errands.done).toBe(0);
    study.go(0);
    study.go(1);
    expect(ticks()).toEqual([true, false]);
    const later = visit();
    expect([later.study.at, ticks(later.study)], 'after a reload').toEqual([1, [true, false]]);
    later.stage.look();
    later.study.see();
    expect([ticks(later.study), later.study.errands.done]).toEqual([[true, true], 1]);
    study.forget();
    study.go(1);
    expect(ticks()).toEqual([false, false]);
    expect(ticks(visit().study), 'after a reload').toEqual([false, false]);
  });

  test('impossible settings are reported, and the stage stays unchanged', () => {
    const { study, stage } = begun();
    const before = stage.session.asked;
    stage.change({ width: 30 });
    expect(stage.problem).toMatch(/width 30 does not divide/);
    expect(stage.session.asked).toBe(before);
    stage.restore();
    expect([stage.problem, stage.altered]).toEqual([undefined, false]);
    void study;
  });

  test('what the reader does before the runs are attached is on the stage afterwards', async () => {
    const stage = new Stage(fakeEngine(), { recording, still: true, later: (_, then) => then() });
    const study = new Study(lesson, stage, { at: 'predict' });
    expect([stage.veiled, study.stage.names]).toEqual([true, ['Local']]);
    stage.change({ window: 12 });
    stage.selection.lock({ layer: 3, head: 0, query: 40, key: 3 });
    stage.suspend();
    const { names, spec } = stage;
    expect([spec.window, stage.altered, stage.happened.steps]).toEqual([12, true, 0]);
    stage.attach(StageRuns);
    await settle();
    expect(stage.session.built.shared.window).toBe(12);
    expect([stage.names, stage.session.wish]).toEqual([names, false]);
    expect(stage.selection.lockedCell).toMatchObject({ layer: 3, query: 40 });
    stage.restore();
    expect(stage.session.built.shared.window).toBe(6);
    expect(stage.attach(StageRuns)).toBe(stage);
    stage.train();
    await vi.advanceTimersByTimeAsync(2000);
    expect(stage.session.step, 'the page is still hidden').toBe(0);
    stage.resume();
    await settle();
    expect(stage.session.step).toBeGreaterThan(0);
    stage.dispose();
  });

  test('a prediction made before the runs are attached plays the recording afterwards', async () => {
    const stage = new Stage(fakeEngine(), { recording, still: false, later: (_, then) => then() });
    const study = new Study(lesson, stage, { at: 'predict' });
    study.answer(exercise(study), 0.1);
    study.check(exercise(study));
    expect([stage.veiled, stage.playing]).toEqual([false, false]);
    stage.attach(StageRuns);
    await vi.advanceTimersByTimeAsync(7000);
    expect(stage.recorded).toBe(true);
    study.see();
    expect(study.recordOf(exercise(study))!.came).toBeDefined();
    stage.dispose();
  });

  test('controls that a teacher locked do not move, and every run has the seed of the link', () => {
    const engine = fakeEngine();
    const stage = new Stage(engine, {
      recording,
      still: true,
      locked: new Set(['window', 'plan']),
      seed: 7,
    }).attach(StageRuns);
    new Study(lesson, stage);
    stage.change({ window: 20 });
    stage.stripe(0, 0, 'G');
    expect([stage.spec.window, stage.spec.plan, stage.spec.seed]).toEqual([6, 'local', 7]);
  });
});

describe('exercises', () => {
  test('a wrong answer gets its mistake explained, a right one is kept, a changed one is not judged yet', () => {
    const { study } = begun();
    study.go(2);
    const one = exercise(study);
    expect(study.canCheck(one)).toBe(false);
    study.answer(one, '24');
    study.check(one);
    expect(study.verdictOf(one)).toMatchObject({ right: false });
    expect(study.verdictOf(one)!.says).toMatch(/Each layer adds 5, not 6/);
    study.answer(one, '21');
    expect(study.verdictOf(one)).toBeUndefined();
    study.check(one);
    expect(study.verdictOf(one)!.right).toBe(true);
    const solved = { answer: '21', first: '24', right: true, hints: 0 };
    expect(study.recordOf(one)).toEqual({ ...solved, tries: 2 });
    expect(study.done).toBe(true);
    // Later attempts are judged, and take nothing away.
    study.answer(one, '20');
    study.check(one);
    expect(study.verdictOf(one)!.right).toBe(false);
    expect(study.recordOf(one)).toEqual({ ...solved, tries: 3 });
  });

  test('hints come one by one, three at most; an answer that was shown does not count as solved', () => {
    const { study } = begun();
    study.go(2);
    const one = exercise(study);
    for (let i = 1; i <= 4; i++) study.hint(one);
    expect(study.recordOf(one)).toMatchObject({ hints: 3, tries: 0 });
    study.show(one);
    expect(study.answerOf(one)).toBe('21');
    expect(study.done).toBe(true);
    expect(study.score).toMatchObject({ right: 0, done: 1 });
  });

  test('an answer that was shown never counts as a first answer; one given before does', () => {
    for (const own of [false, true]) {
      const { study } = begun();
      study.go(2);
      const one = exercise(study);
      if (own) {
        study.answer(one, '24');
        study.check(one);
      }
      study.show(one);
      study.check(one);
      study.check(one);
      expect(study.recordOf(one)!.first).toBe(own ? '24' : undefined);
      expect(study.recordOf(one)!.shown).toBe(true);
    }
  });

  test('progress is kept and continues after a visit; an answer that no longer fits is dropped', () => {
    let kept: LessonProgress | undefined;
    const { study } = begun({ keep: (progress) => (kept = progress) });
    study.go(2);
    study.answer(exercise(study), '21');
    study.check(exercise(study));
    const again = begun({ progress: JSON.parse(JSON.stringify(kept)) as LessonProgress });
    expect(again.study.at).toBe(2);
    expect(again.study.answerOf(exercise(again.study))).toBe('21');
    expect(again.study.done).toBe(true);
    const spoilt = begun({
      progress: { ...kept!, answers: { reach: { answer: { a: 1 }, tries: 1, hints: 0 } } },
    });
    expect(spoilt.study.answerOf(exercise(spoilt.study))).toBe('');
  });

  test('a target is checked on the stage', async () => {
    const { study, stage } = begun();
    study.go(4);
    const one = exercise(study);
    study.check(one);
    expect(study.verdictOf(one)!.says).toMatch(
      /reach of the last token is 21; at least 40 tokens are needed/,
    );
    stage.change({ window: 20 });
    study.check(one);
    expect(study.verdictOf(one)!.says).toMatch(/Fewer is possible/);
    stage.change({ window: 11 });
    study.check(one);
    expect(study.verdictOf(one)!.right).toBe(true);
    expect(study.recordOf(one)!.answer).toEqual({ window: 11 });
    await settle();
  });
});

describe('recordings', () => {
  test('are there at once, without a request to the engine', async () => {
    const { engine, stage } = begun();
    await settle();
    expect(stage.session.past.saved?.recorded).toBe(true);
    expect(stage.histories[0]!.steps).toHaveLength(300);
    expect(stage.results[0]!.accuracy).toBeLessThan(0.3);
    expect(opens(engine.sent)).toBe(0);
  });

  test('are covered until a prediction is made, then played, and the prediction stays over them', async () => {
    const { study, stage } = begun({}, false);
    study.go(3);
    await settle();
    expect([stage.veiled, stage.playing]).toEqual([true, false]);
    expect(stage.results).toEqual([undefined]);
    stage.play();
    expect(stage.playing).toBe(false);
    const one = exercise(study);
    study.answer(one, 0.9);
    study.check(one);
    expect(study.verdictOf(one)!.says).toMatch(
      /^You predicted 90 %\. The answer comes with step 300/,
    );
    expect([stage.veiled, stage.playing]).toEqual([false, true]);
    expect(study.predictions).toMatchObject([{ run: 0, metric: 'accuracy', value: 0.9 }]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(stage.histories[0]!.steps.length).toBeGreaterThan(100);
    expect(stage.histories[0]!.steps.length).toBeLessThan(200);
    await vi.advanceTimersByTimeAsync(5000);
    expect([stage.playing, stage.histories[0]!.steps.length]).toEqual([false, 300]);
    study.see();
    expect(study.verdictOf(one)!.says).toMatch(
      /You predicted 90 %; it reached 9 %. That is 81 points too high/,
    );
    expect(study.verdictOf(one)!.html).toBe('It cannot see.');
    expect([study.recordOf(one)!.right, study.done], 'run, but not read').toEqual([false, false]);
    study.understood(one);
    expect([study.recordOf(one)!.right, study.done]).toEqual([true, true]);
    const came = study.recordOf(one)!.came;
    expect(came).toBeCloseTo(0.09, 2);
    // A later change is another experiment.
    expect(study.resultOfChange(one), 'nothing was changed').toBeUndefined();
    stage.change({ window: 15 });
    expect(study.resultOfChange(one), 'the old runs are still there').toBeUndefined();
    await settle();
    expect(study.resultOfChange(one), 'nothing was trained').toBeUndefined();
    stage.train();
    await vi.advanceTimersByTimeAsync(2000);
    study.see();
    const first = study.resultOfChange(one)!;
    expect(first.step).toBeGreaterThanOrEqual(5);
    expect(first.value).toBe(
      stage.histories[0]!.validations.find(({ step }) => step === first.step)!.accuracy,
    );
    await vi.advanceTimersByTimeAsync(2000);
    expect(study.resultOfChange(one), 'the first, and no later one').toEqual(first);
    expect(study.recordOf(one)!.came).toBe(came);
    expect(study.verdictOf(one)!.says).toMatch(/it reached 9 %/);
    stage.change({ window: 16 });
    await settle();
    if (!stage.session.wish) stage.train();
    await vi.advanceTimersByTimeAsync(2000);
    expect(stage.stepsOf(0)).toBeGreaterThan(5);
    expect(study.resultOfChange(one), 'another change').toBeUndefined();
    stage.dispose();
  });

  const predicted: LessonProgress = {
    done: [],
    answers: { guess: { answer: 0.5, right: true, tries: 1, hints: 0 } },
  };

  test('count once watched to their end, even if they began by themselves', async () => {
    const { study, stage } = begun({ progress: predicted }, false);
    study.go(3);
    await settle();
    expect(stage.playing).toBe(true);
    await vi.advanceTimersByTimeAsync(3000);
    study.see();
    expect(study.goalsReached, 'half of it').toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    study.see();
    expect(study.goalsReached).toBe(true);
  });

  test('count as soon as they are played if motion is reduced', async () => {
    const { study, stage } = begun({ progress: predicted }, true);
    study.go(3);
    await settle();
    study.see();
    expect(study.goalsReached).toBe(false);
    stage.play();
    study.see();
    expect(study.goalsReached).toBe(true);
  });

  test('give a prediction no result while the runs are changed, or live training ends too early', async () => {
    const { study, stage } = begun({}, true);
    study.go(3);
    const one = exercise(study);
    study.answer(one, 0.5);
    study.check(one);
    expect(study.recordOf(one)!.came).toBeUndefined();
    stage.change({ window: 15 });
    await settle();
    study.see();
    expect(study.recordOf(one)!.came).toBeUndefined();
    stage.change({ window: 6 });
    stage.restore();
    stage.train();
    await vi.advanceTimersByTimeAsync(2000);
    study.see();
    expect(stage.stepsOf(0)).toBeLessThan(300);
    expect(study.recordOf(one)!.came, 'a few live steps are not 300').toBeUndefined();
    study.understood(one);
    expect(study.recordOf(one)!.right, 'nothing was run, so there is nothing to read').toBe(false);
    stage.dispose();
  });

  test('give way to training, on an engine that is started only then', async () => {
    const { engine, stage } = begun();
    await settle();
    stage.train();
    expect(opens(engine.sent)).toBe(1);
    expect(stage.session.past.saved).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(stage.happened.steps).toBeGreaterThan(5);
    stage.train();
    expect(stage.session.wish).toBe(false);
    stage.dispose();
  });

  test('do not prevent a single step before anything was opened', async () => {
    const { engine, stage } = begun();
    await settle();
    stage.once();
    await vi.advanceTimersByTimeAsync(2000);
    expect(engine.sent.some((command) => command.type === 'ask' && command.action === 'step')).toBe(
      true,
    );
    stage.dispose();
  });

  test('disappear when the reader changes the runs, and come back when they are restored', async () => {
    const { stage } = begun();
    await settle();
    stage.change({ window: 7 });
    await settle();
    expect(stage.session.past.saved).toBeUndefined();
    stage.change({ window: 6 });
    await settle();
    expect(stage.session.past.saved?.recorded).toBe(true);
  });
});

describe('the end of a lesson', () => {
  const solved = { answer: '21', right: true, tries: 1, hints: 0 };
  const allRight: LessonProgress = {
    done: [],
    answers: { reach: solved, guess: { ...solved, answer: 0.1 }, least: { ...solved, answer: {} } },
  };

  test('comes after the last step, lists the open steps, and leads back to the last one', () => {
    const { study } = begun();
    study.go(4);
    expect([study.ended, study.place]).toEqual([false, 'reach-it']);
    study.next();
    expect([study.ended, study.at, study.place]).toEqual([true, 4, 'end']);
    expect(study.open.map((i) => lesson.steps[i]!.slug)).toEqual(['count', 'predict', 'reach-it']);
    study.back();
    expect([study.ended, study.at]).toEqual([false, 4]);
  });

  test('does not count things to try on the stage as right answers', () => {
    const { study } = begun({ progress: allRight });
    for (let at = 0; at < 5; at++) study.next();
    expect(study.score).toEqual({ steps: 5, done: 5, exercises: 3, right: 3 });
    expect(study.errands).toEqual({ all: 2, done: 0 });
    expect(study.open).toEqual([]);
    expect(isFinished(lesson, study.progress)).toBe(true);
  });

  test('has a URL of its own, and so has each step', () => {
    const { study } = begun({ at: 'end' });
    expect([study.ended, study.at]).toEqual([true, 4]);
    expect(study.visit('count')).toBe(true);
    expect([study.ended, study.at]).toEqual([false, 2]);
    expect(study.visit('no-such-step')).toBe(false);
    expect(study.at).toBe(2);
    expect(study.visit('end')).toBe(true);
    expect(study.ended).toBe(true);
  });
});

test('a list of lessons counts like the lesson: a reached goal does not complete a step with an open exercise', () => {
  const { study, stage } = begun();
  const head = headOf(readDocument('99-test', LESSON));
  expect(head.steps.map(({ slug }) => slug)).toEqual(lesson.steps.map(({ slug }) => slug));
  study.go(3);
  study.answer(exercise(study), 0.4);
  stage.train();
  study.see();
  for (let at = 0; at < 3; at++) study.go(at);
  for (const progress of [study.progress, { ...study.progress, done: ['predict', 'count'] }])
    expect(scoreOf(head, progress)).toEqual(scoreOf(lesson, progress));
  expect(scoreOf(head, { done: ['count'], answers: {} }).done).toBe(0);
  stage.dispose();
});
