import { expect, test } from 'vitest';
import { EMPTY } from '../../src/lessons/scene';
import { DEFAULTS } from '../../src/spec/controls';
import { Shown } from '../../src/state/shown.svelte';
import { Stage } from '../../src/state/stage.svelte';
import { StageRuns } from '../../src/state/stageRuns.svelte';
import { fakeEngine } from '../fakes/fakeEngine';

function staged(stage = EMPTY) {
  const own = new Stage(fakeEngine(), {
    recording: () => Promise.reject(new Error('none')),
  }).attach(StageRuns);
  own.enter({ ...stage, set: { ...DEFAULTS, ...stage.set } });
  return { stage: own, shown: new Shown(own) };
}

test('impossible settings change nothing that is shown', () => {
  const { stage, shown } = staged();
  const before = shown.runs;
  expect(before).toHaveLength(1);
  stage.change({ width: 100, heads: 3 });
  expect(stage.problem).toBeDefined();
  expect(shown.runs).toBe(before);
  expect(shown.T).toBe(DEFAULTS.context);
  stage.change({ width: 48, heads: 3 });
  expect(stage.problem).toBeUndefined();
  expect(shown.runs[0]!.model.headDim).toBe(16);
  stage.dispose();
});

test('the scene’s length takes precedence over the context', () => {
  const { stage, shown } = staged({ ...EMPTY, length: 4096 });
  expect(shown.T).toBe(4096);
  stage.dispose();
});

test('a query beyond the tokens is not shown; selecting one that exists counts as a selection', () => {
  const { stage, shown } = staged({ ...EMPTY, length: 24 });
  expect(shown.query).toBeUndefined();
  stage.selection.lock({ layer: 1, head: 0, query: 30, key: 3 });
  expect(shown.query).toBeUndefined();
  shown.pick(20);
  expect(shown.query).toBe(20);
  expect(stage.selection.lockedCell).toEqual({ layer: 1, head: 0, query: 20, key: 20 });
  stage.selection.free();
  expect(stage.happened.selected).toBe(true);
  stage.dispose();
});
