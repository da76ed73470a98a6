/** @file The messages about exercises that a course page gets from a lesson in a frame, on fake windows. */
import { expect, test } from 'vitest';
import { bridge } from '../../src/app/lessons/bridge';
import type { Answered } from '../../src/lessons/progress';
import { Stage } from '../../src/state/stage.svelte';
import { StageRuns } from '../../src/state/stageRuns.svelte';
import { Study } from '../../src/state/study.svelte';
import { fakeEngine } from '../fakes/fakeEngine';
import { lessons } from './all';

const lesson = lessons.find(({ id }) => id === '04-the-cliff')!;
const stage = new Stage(fakeEngine(), {
  recording: () => Promise.reject(new Error('none')),
}).attach(StageRuns);

/** The entries of a `result` message, by exercise. */
function told(answers: Readonly<Record<string, Answered>>) {
  const study = new Study(lesson, stage, { progress: { done: [], answers } });
  const sent: { type: string; each?: readonly { id: string }[] }[] = [];
  const around = { postMessage: (message: (typeof sent)[number]) => sent.push(message) };
  let receive: ((event: object) => void) | undefined;
  const frame = {
    parent: around,
    location: { hash: '#/lessons/04-the-cliff?v=1&embed=1' },
    addEventListener: (_: string, then: typeof receive) => (receive = then),
  };
  bridge(study, frame as unknown as Window);
  const data = { target: 'zebra-lab', type: 'result' };
  receive!({ source: around, origin: 'https://course.example', data });
  return new Map(sent.at(-1)!.each!.map((one) => [one.id, one]));
}

test('the page learns of a finished prediction whether it was close, and not of any other exercise', () => {
  const all = told({
    guessing: { answer: 0, right: true, tries: 1, hints: 0 },
    'local-needle': { answer: 0.9, right: true, tries: 1, hints: 0, came: 0.09 },
    'window-nine': { answer: 0.14, tries: 1, hints: 1 },
  });
  expect(all.get('local-needle')).toEqual({
    id: 'local-needle',
    kind: 'predict',
    step: 'predict-then-run',
    state: 'solved', // as pages know it that were made before
    tries: 1,
    hints: 0,
    close: false,
  });
  expect(all.get('window-nine')).toMatchObject({ state: 'tried' });
  for (const [id, one] of all) expect('close' in one, id).toBe(id === 'local-needle');
  const near = { answer: 0.12, right: true, tries: 1, hints: 0, came: 0.09 };
  expect(told({ 'local-needle': near }).get('local-needle')).toMatchObject({ close: true });
});
