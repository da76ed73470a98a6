import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { specsOf } from '../../src/compare/comparison';
import { readFile, writeFile } from '../../src/compare/file';
import { memoryOf } from '../../src/compare/fit';
import type { DeviceLimits } from '../../src/core/limits';
import type { Engine } from '../../src/link/client';
import type { Command, EngineEvent, RunId, RunState } from '../../src/link/protocol';
import { modelSpecOf } from '../../src/spec/model';
import { Race } from '../../src/state/race.svelte';
import { fakeFrame } from '../fakes/fakeEngine';

const LOST = {
  because: { kind: 'lost', message: 'the driver died' },
  step: 0,
  trains: true,
} as const;

const SETTLED = 300; // ms
const LOOKED = 300; // ms until the page looks at what the runs came to
const SMALL =
  'task=needle&distance=20&layers=1&width=16&heads=1&context=32&window=6&batch=4&seed=1';
const ROOM: DeviceLimits = { total: 2 ** 30, largestTensor: 2 ** 28 };

/** Reports of these steps. */
const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    step: from + i,
    loss: 4 / (from + i),
    accuracy: 0.5,
    gradNorm: 1,
    rate: 0.003,
    ms: 10,
    batch: (from + i).toString(16).padStart(8, '0'),
  }));

type Told = EngineEvent extends infer One
  ? One extends EngineEvent
    ? Omit<One, 'runId'>
    : never
  : never;

/** A race on a wire of its own: what it sent, and a way to answer for its i-th run. Frames are asked for at once. */
function wired(query = SMALL, options: { readonly holds?: boolean } = {}) {
  const sent: Command[] = [];
  const listeners = new Map<RunId, (event: EngineEvent) => void>();
  const engine: Engine = {
    send: (command) => sent.push(command),
    listen: (id, to) => {
      listeners.set(id, to);
      return () => void listeners.delete(id);
    },
    dispose: () => {},
  };
  const race = new Race(engine, { query, later: (_, then) => then(), ...options });
  const ids = () => race.runs.map(({ id }) => id);
  const tell = (i: number, event: Told) =>
    listeners.get(ids()[i]!)?.({ ...event, runId: ids()[i]! } as EngineEvent);
  const state = (i: number, next: RunState) => tell(i, { type: 'state', state: next });
  const backend = (i: number, limits = ROOM) =>
    tell(i, {
      type: 'backend',
      backend: { name: 'webgpu', kernel: 'gpu', device: 'fake', why: [], limits },
    });
  const all = (act: (i: number) => void) => race.runs.forEach((_, i) => act(i));
  return {
    race,
    sent,
    ids,
    tell,
    state,
    backend,
    /** All runs wait at step 0. */
    ready: () =>
      all((i) => {
        backend(i);
        state(i, { phase: 'paused', step: 0 });
      }),
    /** The i-th run took these steps. */
    took: (i: number, from: number, to: number) =>
      tell(i, { type: 'metrics', steps: steps(from, to) }),
    frame: (i: number, step: number) =>
      tell(i, { type: 'frame', frame: fakeFrame(modelSpecOf(race.specs[i]!), step) }),
    opened: () => sent.flatMap((one) => (one.type === 'open' ? [one.runId] : [])),
    closed: () =>
      sent.flatMap((one) => (one.type === 'control' && one.action === 'close' ? [one.runId] : [])),
    /** What was asked of several at once, pictures left out. */
    asked: () =>
      sent.flatMap((one) =>
        one.type === 'together' && one.action !== 'frame' ? [[one.action, one.runIds]] : [],
      ),
    pictures: () => sent.filter((one) => one.type === 'together' && one.action === 'frame').length,
    lengths: () => race.histories.map((history) => history.steps.length),
  };
}

/** A file of a race of four: Global took three steps, the others two. */
function fileOf({ race }: ReturnType<typeof wired>): string {
  return writeFile({
    comparison: race.built,
    program: '0.1.0',
    made: '2026-11-24',
    repeats: [],
    machine: { name: 'wasm', device: 'WebAssembly SIMD', kernel: 'simd' },
    histories: race.runs.map((_, i) => ({ steps: steps(1, i === 0 ? 3 : 2), validations: [] })),
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('runs that were kept', () => {
  const bytes = () => Uint8Array.of(1, 2, 3);
  const checkpoint = (step: number) =>
    ({ type: 'checkpoint', whose: 'autosave', step, file: bytes() }) as const;

  test('are checkpoints of one step, or none', () => {
    const { race, ids, ready, sent, tell } = wired();
    ready();
    race.save();
    expect(sent.at(-1)).toEqual({ type: 'together', runIds: ids(), action: 'save' });
    for (const i of [0, 1, 2]) tell(i, checkpoint(7));
    expect(race.checkpoints).toBeUndefined();
    tell(3, checkpoint(7));
    expect(race.checkpoints).toEqual({ step: 7, files: Array.from({ length: 4 }, bytes) });
    race.checkpoints = undefined;
    for (const i of [0, 1, 2, 3]) tell(i, checkpoint(i === 2 ? 8 : 9));
    expect(race.checkpoints).toBeUndefined();
  });

  test('go on from their step, with the numbers they had, on the machine of today', () => {
    const old = wired();
    const file = readFile(fileOf(old));
    const saved = {
      ...file,
      histories: file.histories.map((history) => ({ ...history, steps: steps(1, 5) })),
    };
    const { race, sent, backend, state, took, lengths } = wired('backend=wasm');
    race.goOn({ saved, checkpoints: saved.histories.map(bytes) });
    expect(race.run.step).toBe(5);
    expect(lengths()).toEqual([5, 5, 5, 5]);
    expect(race.built.shared).toEqual({ ...saved.comparison.shared, backend: 'wasm' });
    backend(0);
    const opened = sent.filter((one) => one.type === 'open').slice(-4);
    expect(opened.map(({ from }) => from)).toEqual(Array.from({ length: 4 }, bytes));
    for (const i of [0, 1, 2, 3]) state(i, { phase: 'paused', step: 5 });
    expect(race.run.state).toEqual({ phase: 'paused', step: 5 });
    race.train();
    for (const i of [0, 1, 2, 3]) took(i, 6, 6);
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([6, 6, 6, 6]);
    expect(race.histories[0]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a race', () => {
  test('opens its first run, and the others when that one says which machine it is on', () => {
    const { ids, opened, state, backend } = wired();
    expect(opened()).toEqual([ids()[0]]);
    state(0, { phase: 'preparing', doing: 'choosing' });
    expect(opened()).toEqual([ids()[0]]);
    backend(0);
    expect(opened()).toEqual(ids());
    backend(1);
    expect(opened()).toEqual(ids());
  });

  test('opens the others too where the first one could not be', () => {
    const { race, ids, opened, state } = wired();
    state(0, { phase: 'failed', failure: { kind: 'error', message: 'no room' } });
    expect(opened()).toEqual(ids());
    expect(race.run.state.phase).toBe('preparing');
  });

  test('trains all runs with one message, and commands none by itself', () => {
    const { race, ids, ready, asked, sent } = wired();
    ready();
    race.train();
    race.pause();
    race.once();
    expect(asked()).toEqual([
      ['run', ids()],
      ['pause', ids()],
      ['step', ids()],
    ]);
    expect(sent.some(({ type }) => type === 'control')).toBe(false);
  });

  test('keeps a wish to train until all runs are opened', () => {
    const { race, ids, asked, backend } = wired();
    race.toggle();
    expect(asked()).toEqual([]);
    backend(0);
    expect(asked()).toEqual([['run', ids()]]);
  });

  test('waits while nobody looks, and goes on afterwards', () => {
    const { race, ready, asked } = wired();
    ready();
    race.train();
    race.suspend();
    race.resume();
    expect(asked().map(([action]) => action)).toEqual(['run', 'pause', 'run']);
    expect(race.wish).toBe(true);
  });

  test('that trains is followed by one that trains when a setting all runs share is changed', () => {
    const { race, ids, ready, took, asked, lengths, closed } = wired();
    ready();
    race.train();
    race.runs.forEach((_, i) => took(i, 1, 3));
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 3, 3, 3]);
    const before = ids();
    race.change({ window: 8 }); // each run's own: it reaches none
    race.change({ layers: 2 });
    vi.advanceTimersByTime(SETTLED);
    expect(closed()).toEqual(before);
    expect(specsOf(race.built).map(({ layers, window }) => [layers, window])).toEqual(
      Array(4).fill([2, 6]),
    );
    expect(lengths()).toEqual([0, 0, 0, 0]);
    ready();
    expect(asked().at(-1)).toEqual(['run', ids()]);
  });
});

describe('a run that fails', () => {
  const failure = { kind: 'diverged', loss: NaN, step: 3, rate: 0.1 } as const;

  test('stops alone: it says why, and the others go on', () => {
    const { race, ids, ready, took, state, asked, lengths } = wired();
    ready();
    race.train();
    race.runs.forEach((_, i) => took(i, 1, 2));
    state(1, { phase: 'failed', failure });
    race.runs.forEach((_, i) => i !== 1 && took(i, 3, 5));
    vi.advanceTimersByTime(LOOKED);
    expect(race.runs[1]!.state).toEqual({ phase: 'failed', failure });
    expect(race.alive).toHaveLength(3);
    expect(race.wish).toBe(true);
    expect(race.run.state).toEqual({ phase: 'running', step: 5 });
    expect(lengths()).toEqual([5, 2, 5, 5]); // what it came to is kept
    race.pause();
    expect(asked().at(-1)).toEqual(['pause', ids().filter((_, i) => i !== 1)]);
  });

  test('is the end of the wish only where all have failed', () => {
    const { race, ready, state, asked } = wired();
    ready();
    race.train();
    for (const i of [0, 1, 2]) state(i, { phase: 'failed', failure });
    expect(race.wish).toBe(true);
    state(3, { phase: 'failed', failure });
    expect(race.wish).toBe(false);
    expect(race.run.state).toEqual({
      phase: 'failed',
      failure: { kind: 'error', message: 'every run stopped' },
    });
    const before = asked().length;
    race.train();
    expect(asked()).toHaveLength(before); // there is nobody to ask
    expect(race.wish).toBe(false);
  });
});

describe('a run that is removed', () => {
  test('is closed, and the others keep their histories and their pictures', () => {
    const { race, ids, ready, took, frame, asked, closed, lengths } = wired();
    ready();
    race.runs.forEach((_, i) => frame(i, 0));
    race.train();
    race.runs.forEach((_, i) => took(i, 1, i + 2));
    const gone = ids()[1]!;
    race.remove(1);
    expect(closed()).toEqual([gone]);
    expect(ids()).not.toContain(gone);
    expect(race.names).toEqual(['Global', 'Approximate', 'Grouped']);
    expect(lengths()).toEqual([2, 4, 5]);
    expect(race.moments.map(({ value }) => value.length)).toEqual([3]);
    expect(race.wish).toBe(true);
    race.pause();
    expect(asked().at(-1)).toEqual(['pause', ids()]);
  });

  test('is never one of the last two', () => {
    const { race, ready } = wired();
    ready();
    for (let i = 0; i < 4; i++) race.remove(0);
    expect(race.names).toEqual(['Approximate', 'Grouped']);
  });

  test('is not waited for: the others’ next picture is asked for', () => {
    const { race, ready, took, frame, pictures } = wired();
    ready();
    expect(pictures()).toBe(1);
    for (const i of [0, 2, 3]) frame(i, 0);
    took(0, 1, 1); // something to show, while one picture is still to come
    expect(pictures()).toBe(1);
    race.remove(1);
    expect(pictures()).toBe(2);
  });
});

describe('a file', () => {
  test('shows its numbers until somebody trains', () => {
    const own = wired();
    own.ready();
    own.race.rename(2, 'Mine');
    const text = fileOf(own);

    const { race, ready, ids, asked, lengths } = wired('layers=2');
    ready();
    race.train();
    const before = ids();
    expect(race.openFile(text, 'mine.json')).toBeUndefined();
    expect(race.saved?.from).toBe('mine.json');
    expect(race.wish).toBe(false);
    expect(race.names).toEqual(['Global', 'Local', 'Mine', 'Grouped']);
    expect(race.kernel).toBe('simd');
    ready();
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 2, 2, 2]);
    expect(race.run.step).toBe(3);
    expect(race.file()).toBe(text); // saved again it is the same
    race.train();
    expect(race.saved).toBeUndefined();
    expect(lengths()).toEqual([0, 0, 0, 0]); // it holds no weights: they begin anew
    expect(asked().at(-1)).toEqual(['run', ids()]);
    expect(ids().some((id) => before.includes(id))).toBe(false);
  });

  const good = fileOf(wired());
  const hostile = (change: (file: Record<string, Record<string, unknown>>) => void) => {
    const file = JSON.parse(good) as Record<string, Record<string, unknown>>;
    change(file);
    return JSON.stringify(file);
  };
  test.each([
    ['is cut short', good.slice(0, 200)],
    ['is nothing', ''],
    ['is no comparison', '{"format":"other"}'],
    ['asks for a billion layers', hostile(({ shared }) => (shared!['layers'] = 1e9))],
    ['names another prototype', good.replace('"shared":{', '"shared":{"__proto__":{"own":1},')],
    ['lists runs without end', hostile((file) => (file['runs'] = Array(500).fill({}) as never))],
    ['has a kernel of markup', hostile(({ machine }) => (machine!['kernel'] = '<img onerror=x>'))],
  ])('that %s is refused in a sentence, and changes nothing', (_, text) => {
    const { race, sent, ready, took, lengths } = wired();
    ready();
    race.train();
    race.runs.forEach((__, i) => took(i, 1, 4));
    vi.advanceTimersByTime(LOOKED);
    const { asked, built, runs, query, wish, moments } = race;
    const before = sent.length;
    expect(race.openFile(text, 'hostile.json')).toMatch(/ (is|has|are) .+/);
    vi.advanceTimersByTime(SETTLED);
    expect(race).toMatchObject({ asked, built, runs, query, wish, moments, saved: undefined });
    expect(race.problem).toBeUndefined();
    expect(lengths()).toEqual([4, 4, 4, 4]);
    expect(sent).toHaveLength(before);
  });
});

describe('a device that is lost', () => {
  test('takes the later steps with it; training goes on from what is left', () => {
    const { race, ready, took, state, lengths } = wired();
    ready();
    race.train();
    race.runs.forEach((_, i) => took(i, 1, 5));
    const because = { kind: 'lost', message: 'the driver died' } as const;
    const moved = { because, step: 3, trains: true };
    race.runs.forEach((_, i) => state(i, { phase: 'preparing', doing: 'recovering' }));
    expect(race.run.state.phase).toBe('preparing');
    race.runs.forEach((_, i) => state(i, { phase: 'running', step: i === 2 ? 2 : 3, moved }));
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 3, 2, 3]);
    expect(race.run.state).toEqual({ phase: 'running', step: 2, moved });
    expect(race.wish).toBe(true);
    took(2, 3, 4);
    vi.advanceTimersByTime(LOOKED);
    expect(race.histories[2]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  test('takes the pictures of those steps with it when they are taken again', () => {
    const { race, ready, took, frame, state } = wired();
    ready();
    const picture = (step: number) => {
      race.runs.forEach((_, i) => took(i, step, step));
      vi.advanceTimersByTime(LOOKED);
      race.runs.forEach((_, i) => frame(i, step));
    };
    race.runs.forEach((_, i) => frame(i, 0));
    picture(1);
    picture(2);
    expect(race.moments.map(({ step }) => step)).toEqual([0, 1, 2]);
    race.runs.forEach((_, i) => state(i, { phase: 'running', step: 0, moved: LOST }));
    picture(1);
    expect(race.moments.map(({ step }) => step)).toEqual([0, 1]);
  });
});

describe('a moment of the past', () => {
  test('is kept when the pictures of all runs are there, and no second set is asked for before', () => {
    const { race, ready, took, frame, pictures } = wired();
    ready();
    expect(pictures()).toBe(1);
    race.runs.forEach((_, i) => took(i, 1, 1));
    for (const i of [3, 0, 1]) frame(i, 0);
    expect(race.moments).toEqual([]);
    expect(pictures()).toBe(1);
    frame(2, 0);
    expect(race.moments.map(({ step }) => step)).toEqual([0]);
    expect(race.moments[0]!.value.every(Boolean)).toBe(true);
    expect(pictures()).toBe(2);
  });

  test('is of one step: pictures of several steps make none', () => {
    const { race, ready, frame } = wired();
    ready();
    for (const [i, step] of [4, 4, 3, 4].entries()) frame(i, step);
    expect(race.moments).toEqual([]);
    expect(race.frames.map((one) => one?.step)).toEqual([4, 4, 3, 4]); // now is shown all the same
  });

  test('is kept without a run that failed', () => {
    const { race, ready, frame, state } = wired();
    ready();
    state(1, { phase: 'failed', failure: { kind: 'error', message: 'it diverged' } });
    for (const i of [0, 2, 3]) frame(i, 7);
    expect(race.moments.map(({ step, value }) => [step, value.map(Boolean)])).toEqual([
      [7, [true, false, true, true]],
    ]);
  });
});

describe('runs that fit one by one but not together', () => {
  const tight = (race: Race, runs: number): DeviceLimits => ({
    total: Math.max(...race.specs.map((spec) => memoryOf(spec, { kernel: 'gpu' }))) * runs,
    largestTensor: 2 ** 28,
  });

  test('are not opened; Train stays disabled, and what would fit is said', () => {
    const { race, ids, opened, asked, backend, state } = wired();
    backend(0, tight(race, 2));
    state(0, { phase: 'paused', step: 0 });
    expect(opened()).toEqual([ids()[0]]);
    expect(race.problem).toMatch(
      /^4 runs together need about .*; what would fit: a batch of \d instead of 4, or the first 2 of them$/,
    );
    expect(race.run.state).toEqual({
      phase: 'failed',
      failure: { kind: 'settings', message: race.problem },
    });
    race.toggle(); // the key, which no disabled button stops
    race.once();
    expect(asked()).toEqual([]);
    expect(race.wish).toBe(false);
  });

  test('are opened when so many are removed that the others fit', () => {
    const { race, ids, opened, backend, state } = wired();
    backend(0, tight(race, 2));
    state(0, { phase: 'paused', step: 0 });
    race.remove(3);
    expect(race.problem).toMatch(/^3 runs together/);
    race.remove(2);
    expect(race.problem).toBeUndefined();
    expect(opened()).toEqual(ids());
  });

  test('one more is refused, and the race goes on as it was', () => {
    const { race, ready, ids, backend } = wired(`${SMALL}&run=global&run=local`);
    backend(0, tight(race, 2));
    ready();
    backend(0, tight(race, 2));
    const before = ids();
    race.add();
    vi.advanceTimersByTime(SETTLED);
    expect(race.problem).toMatch(/^3 runs together need about/);
    expect(ids()).toEqual(before);
    expect(race.run.state.phase).toBe('paused');
  });
});

describe('runs that others took the place of', () => {
  /** All of them took three steps and train. */
  function trained(options = { holds: true }) {
    const one = wired(SMALL, options);
    one.ready();
    one.race.train();
    one.race.runs.forEach((_, i) => {
      one.state(i, { phase: 'running', step: 0 });
      one.took(i, 1, 3);
    });
    one.race.runs.forEach((_, i) => one.frame(i, 3));
    return { ...one, first: one.race.runs, built: one.race.built };
  }

  test.each([
    ['a reset', ({ race }: ReturnType<typeof wired>) => race.reset()],
    ['a shared setting', ({ race }: ReturnType<typeof wired>) => race.change({ layers: 2 })],
    [
      'another window of one run',
      ({ race }: ReturnType<typeof wired>) => race.changeRun(1, { window: 3 }),
    ],
  ])('by %s are taken back, all of them, paused on their step', (_, act) => {
    const one = trained();
    const { race, first, built, closed, asked } = one;
    const moments = race.moments.length;
    expect(moments).toBeGreaterThan(0);
    act(one);
    vi.advanceTimersByTime(SETTLED);
    expect(race.runs).not.toBe(first);
    expect(race.before).toMatchObject({ runs: first, step: 3 });
    expect(asked()).toContainEqual(['pause', first.map(({ id }) => id)]);
    expect(closed()).toEqual([]);
    const others = race.runs.map(({ id }) => id);
    race.takeBack();
    expect(race.runs).toBe(first);
    expect(race.built).toBe(built);
    expect(race.asked).toEqual(built);
    expect(race.wish).toBe(false);
    expect(race.moments).toHaveLength(moments);
    expect(closed()).toEqual(others);
    race.train();
    expect(asked().at(-1)).toEqual(['run', first.map(({ id }) => id)]);
  });

  test('are closed where nobody can take them back, where nothing was learnt, and with the page', () => {
    const lesson = trained({ holds: false });
    lesson.race.reset();
    expect(lesson.closed()).toEqual(lesson.first.map(({ id }) => id));
    expect(lesson.race.before).toBeUndefined();

    const fresh = wired(SMALL, { holds: true });
    fresh.ready();
    fresh.race.reset();
    expect(fresh.race.before).toBeUndefined();

    const { race, first, closed } = trained();
    race.reset();
    race.dispose();
    for (const { id } of [...first, ...race.runs]) expect(closed()).toContain(id);
  });

  test('are not held on another machine', () => {
    const { race, closed, first } = trained();
    race.change({ backend: 'wasm' });
    vi.advanceTimersByTime(SETTLED);
    expect(race.before).toBeUndefined();
    expect(closed()).toEqual(first.map(({ id }) => id));
  });
});

test('a text of one’s own is read by all runs in its own characters; one that is refused is said apart', () => {
  const { race } = wired('context=16&layers=1');
  race.change({ task: 'own-text' });
  race.write('你好');
  vi.advanceTimersByTime(1000);
  expect(race.refused?.why).toContain('too short (2 characters');
  expect(race.problem).toBe(race.refused?.why);
  const chinese = '你好，斑马读它前面的一切。'.repeat(200);
  race.write(chinese);
  vi.advanceTimersByTime(1000);
  expect(race.problem).toBeUndefined();
  expect(race.models.map(({ vocabulary }) => vocabulary)).toEqual(
    race.models.map(() => 2 + new Set(chinese).size),
  );
  expect(race.runs.every(({ text }) => text === chinese)).toBe(true);
  race.change({ alphabet: 'bytes' });
  vi.advanceTimersByTime(1000);
  expect(race.models[0]!.vocabulary).toBe(256);
  race.change({ task: 'moby-dick' });
  vi.advanceTimersByTime(1000);
  expect(race.models[0]!.vocabulary).toBe(96);
});
