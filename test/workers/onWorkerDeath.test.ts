/** @file Pending requests to a worker that died fail with a message, and the next one goes to a new worker. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectScribe } from '../../src/workers/write/client';
import { askDesk } from '../../src/workers/masks/client';
import { Scribe } from '../../src/workers/write/scribe';
import { connect } from '../../src/workers/train/client';
import type { Command } from '../../src/workers/train/protocol';
import type { WritingCommand, WritingEvent } from '../../src/workers/write/protocol';
import { openedCheckpoint } from '../../src/model/files/opened';
import { initialWeights } from '../../src/model/weights';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';
import { Generation } from '../../src/state/generation.svelte';
import { Probe } from '../../src/state/probe.svelte';
import { Repetition } from '../../src/state/repetition.svelte';
import { Sweep } from '../../src/state/sweep.svelte';
import { DEATHS, fakeWorkers } from '../support/fakeWorker';

const mask = { T: 4, expression: 'causal', paint: '' };
const question = { kind: 'numbers', mask, block: 2 } as const;
const spec = { ...DEFAULTS, width: 16, heads: 2, layers: 2, context: 32 };
const model = openedCheckpoint('a model', {
  spec,
  step: 3,
  weights: initialWeights(modelSpecOf(spec), 1),
});
/** The reason of a refused question; 'pending' if it is still waiting. */
const refusal = (asked: Promise<unknown>) =>
  Promise.race([
    asked.then(
      () => 'answered',
      (cause: Error) => cause.message,
    ),
    new Promise<string>((resolve) => setTimeout(resolve, 20, 'pending')),
  ]);

beforeEach(() => {
  const page = Object.assign(new EventTarget(), { baseURI: 'http://here/', hidden: false });
  vi.stubGlobal('document', page);
});
afterEach(() => vi.unstubAllGlobals());

describe.each(DEATHS)('after %s', (_, die, words) => {
  test('the desk refuses its pending questions, and a new worker answers the next one', async () => {
    const { workers, start } = fakeWorkers();
    const desk = askDesk(start);
    const asked = [desk.ask(question), desk.ask(question)].map(refusal);
    die(workers[0]!);
    for (const words of await Promise.all(asked)) expect(words).toContain('worker stopped');
    expect(await asked[0]).toContain(words);
    const again = desk.ask(question);
    expect(workers).toHaveLength(2);
    const [{ id }] = workers[1]!.told as [{ id: number }];
    workers[1]!.say({ id, answer: 'the answer' });
    expect(await Promise.race([again, refusal(new Promise(() => {}))])).toBe('the answer');
  });

  test('the generating page says so, and Generate begins again with the same model', () => {
    const { workers, start } = fakeWorkers();
    const generation = new Generation(connectScribe(start));
    generation.open(model);
    generation.generate();
    expect(generation.phase).toBe('reading');
    die(workers[0]!);
    expect(generation.phase).toBe('failed');
    expect(generation.problem).toContain(words);
    generation.generate();
    expect((workers.at(-1)!.told as WritingCommand[]).map(({ type }) => type)).toEqual([
      'load',
      'begin',
    ]);
    expect(workers.at(-1)!.ended).toBe(false);
  });

  test.each([
    ['sweep', Sweep, (job: Sweep) => job.start(spec, ['global'], [32])],
    ['repetition', Repetition, (job: Repetition) => job.start([spec], 10, [10])],
    ['probe', Probe, (job: Probe) => job.start(spec, 3)],
  ] as const)('a %s has failed, and another one gets a new engine', (_, kind, begin) => {
    const { workers, start } = fakeWorkers();
    const job = new kind(connect(start));
    begin(job as never);
    expect(job.phase).toBe('measuring');
    die(workers[0]!);
    expect(job.phase).toBe('failed');
    expect(job.message).toContain(words);
    begin(job as never);
    expect(workers).toHaveLength(2);
    expect((workers[1]!.told as Command[]).length).toBe(1);
  });
});

test('a disposed desk refuses its pending questions, and starts no new worker', async () => {
  const { workers, start } = fakeWorkers();
  const desk = askDesk(start);
  const asked = refusal(desk.ask(question));
  desk.dispose();
  expect(await asked).toMatch(/left/);
  expect(await refusal(desk.ask(question))).toMatch(/left/);
  expect(workers.map(({ ended }) => ended)).toEqual([true]);
});

test.each<WritingCommand>([
  { type: 'begin', prompt: Int32Array.of(1) },
  { type: 'rewind', length: 1 },
  { type: 'replay' },
  { type: 'whatIf', tokens: Int32Array.of(1, 2), layers: model.model.layers, interventions: {} },
])('a worker without a model or a text answers $type with a problem', async (command) => {
  const events: WritingEvent[] = [];
  new Scribe((event) => events.push(event)).receive(command);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(events.map(({ type }) => type)).toEqual(['problem']);
});
