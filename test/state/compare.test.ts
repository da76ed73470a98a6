import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { specsOf } from '../../src/compare/comparison';
import { readFile, writeFile } from '../../src/compare/file';
import { memoryOf } from '../../src/compare/fit';
import type { DeviceLimits } from '../../src/core/limits';
import type { Session } from '../../src/session/session.svelte';
import { Compare } from '../../src/state/compare.svelte';
import { steps, wired } from '../support/sessionWire';

const SETTLED = 300; // ms
const LOOKED = 300; // ms until the page refreshes the runs' results
const SMALL =
  'task=needle&distance=20&layers=1&width=16&heads=1&context=32&window=6&batch=4&seed=1';

/** The Compare page on a wire of its own. Frames are requested at once. */
function opening(query = SMALL) {
  const { page: compare, ...wire } = wired(
    (engine) => new Compare(engine, { query, later: (_, then) => then() }),
  );
  return { compare, ...wire };
}

/** A file of four runs: Global took three steps, the others two. */
function fileOf({ session }: ReturnType<typeof opening>): string {
  return writeFile({
    comparison: session.built,
    program: '0.1.0',
    made: '2026-11-24',
    repeats: [],
    machine: { name: 'wasm', device: 'WebAssembly SIMD', kernel: 'simd' },
    histories: session.runs.map((_, i) => ({ steps: steps(1, i === 0 ? 3 : 2), validations: [] })),
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('its runs take no samples, because the page shows none', () => {
  const { sent, ready } = opening();
  ready();
  const opened = sent.filter((one) => one.type === 'open');
  expect(opened.map(({ samples }) => samples)).toEqual([false, false, false, false]);
});

describe('saved runs', () => {
  const bytes = () => Uint8Array.of(1, 2, 3);
  test('continue from their step, with their numbers, on the machine chosen now', () => {
    const old = opening();
    const file = readFile(fileOf(old));
    const saved = {
      ...file,
      histories: file.histories.map((history) => ({ ...history, steps: steps(1, 5) })),
    };
    const { compare, session, sent, backend, state, took, lengths } = opening('backend=wasm');
    compare.goOn({ saved, checkpoints: saved.histories.map(bytes) });
    expect(session.step).toBe(5);
    expect(lengths()).toEqual([5, 5, 5, 5]);
    expect(session.built.shared).toEqual({ ...saved.comparison.shared, backend: 'wasm' });
    backend(0);
    const opened = sent.filter((one) => one.type === 'open').slice(-4);
    expect(opened.map(({ from }) => from)).toEqual(Array.from({ length: 4 }, bytes));
    for (const i of [0, 1, 2, 3]) state(i, { phase: 'paused', step: 5 });
    expect(session.state).toEqual({ phase: 'paused', step: 5 });
    session.train();
    for (const i of [0, 1, 2, 3]) took(i, 6, 6);
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([6, 6, 6, 6]);
    expect(session.histories[0]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a comparison', () => {
  test('opens its first run, and the others once that one reports its machine', () => {
    const { ids, opened, state, backend } = opening();
    expect(opened()).toEqual([ids()[0]]);
    state(0, { phase: 'preparing', doing: 'choosing' });
    expect(opened()).toEqual([ids()[0]]);
    backend(0);
    expect(opened()).toEqual(ids());
    backend(1);
    expect(opened()).toEqual(ids());
  });

  test('opens the others too if the first one could not be opened', () => {
    const { session, ids, opened, state } = opening();
    state(0, { phase: 'failed', failure: { kind: 'error', message: 'no room' } });
    expect(opened()).toEqual(ids());
    expect(session.state.phase).toBe('preparing');
  });

  test('continues training after a change of a shared setting while training', () => {
    const { compare, session, all, ids, ready, took, asked, lengths, closed } = opening();
    ready();
    session.train();
    all((i) => took(i, 1, 3));
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 3, 3, 3]);
    const before = ids();
    compare.change({ window: 8 }); // a setting of a single run: it reaches none of them
    compare.change({ layers: 2 });
    vi.advanceTimersByTime(SETTLED);
    expect(session.before?.runs.map(({ id }) => id)).toEqual(before);
    expect(closed()).toEqual([]);
    expect(specsOf(session.built).map(({ layers, window }) => [layers, window])).toEqual(
      Array(4).fill([2, 6]),
    );
    expect(lengths()).toEqual([0, 0, 0, 0]);
    ready();
    expect(asked().at(-1)).toEqual(['run', ids()]);
  });
});

describe('a run that fails', () => {
  const failure = { kind: 'diverged', loss: NaN, gradNorm: NaN, step: 3, rate: 0.1 } as const;

  test('stops alone: it says why, and the others continue', () => {
    const { session, all, ids, ready, took, state, asked, lengths } = opening();
    ready();
    session.train();
    all((i) => took(i, 1, 2));
    state(1, { phase: 'failed', failure });
    all((i) => i !== 1 && took(i, 3, 5));
    vi.advanceTimersByTime(LOOKED);
    expect(session.runs[1]!.state).toEqual({ phase: 'failed', failure });
    expect(session.alive).toHaveLength(3);
    expect(session.wish).toBe(true);
    expect(session.state).toEqual({ phase: 'running', step: 5 });
    expect(lengths()).toEqual([5, 2, 5, 5]); // its results are kept
    session.pause();
    expect(asked().at(-1)).toEqual(['pause', ids().filter((_, i) => i !== 1)]);
  });

  test('ends training only if all have failed', () => {
    const { session, ready, state, asked } = opening();
    ready();
    session.train();
    for (const i of [0, 1, 2]) state(i, { phase: 'failed', failure });
    expect(session.wish).toBe(true);
    state(3, { phase: 'failed', failure });
    expect(session.wish).toBe(false);
    expect(session.state).toEqual({
      phase: 'failed',
      failure: { kind: 'error', message: 'every run stopped' },
    });
    const before = asked().length;
    session.train();
    expect(asked()).toHaveLength(before); // no run is left to ask
    expect(session.wish).toBe(false);
  });
});

describe('a run that is removed', () => {
  test('is closed, and the others keep their histories and their pictures', () => {
    const { session, all, ids, ready, took, frame, asked, closed, lengths } = opening();
    ready();
    all((i) => frame(i, 0));
    session.train();
    all((i) => took(i, 1, i + 2));
    const gone = ids()[1]!;
    session.remove(1);
    expect(closed()).toEqual([gone]);
    expect(ids()).not.toContain(gone);
    expect(session.names).toEqual(['Global', 'Approximate', 'Grouped']);
    expect(lengths()).toEqual([2, 4, 5]);
    expect(session.past.moments.map(({ value }) => value.length)).toEqual([3]);
    expect(session.wish).toBe(true);
    session.pause();
    expect(asked().at(-1)).toEqual(['pause', ids()]);
  });

  test('is never one of the last two', () => {
    const { session, ready } = opening();
    ready();
    for (let i = 0; i < 4; i++) session.remove(0);
    expect(session.names).toEqual(['Approximate', 'Grouped']);
  });

  test('is not waited for: the others’ next picture is requested', () => {
    const { session, ready, took, frame, pictures } = opening();
    ready();
    expect(pictures()).toBe(1);
    for (const i of [0, 2, 3]) frame(i, 0);
    took(0, 1, 1); // something to show, while one picture is still to come
    expect(pictures()).toBe(1);
    session.remove(1);
    expect(pictures()).toBe(2);
  });
});

describe('a file', () => {
  test('shows its numbers until training starts', () => {
    const own = opening();
    own.ready();
    own.compare.rename(2, 'Mine');
    const text = fileOf(own);

    const { compare, session, ready, ids, asked, lengths } = opening('layers=2');
    ready();
    session.train();
    const before = ids();
    expect(compare.openFile(text, 'mine.json')).toBeUndefined();
    expect(session.past.saved?.from).toBe('mine.json');
    expect(session.wish).toBe(false);
    expect(session.names).toEqual(['Global', 'Local', 'Mine', 'Grouped']);
    expect(session.kernel).toBe('simd');
    ready();
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 2, 2, 2]);
    expect(session.step).toBe(3);
    // Saved again it is the same, in the order that settings are listed in.
    expect(JSON.parse(compare.file()!)).toEqual(JSON.parse(text));
    session.train();
    expect(session.past.saved).toBeUndefined();
    expect(lengths()).toEqual([0, 0, 0, 0]); // it contains no weights, so the runs start again
    expect(asked().at(-1)).toEqual(['run', ids()]);
    expect(ids().some((id) => before.includes(id))).toBe(false);
  });

  const good = fileOf(opening());
  const hostile = (change: (file: Record<string, Record<string, unknown>>) => void) => {
    const file = JSON.parse(good) as Record<string, Record<string, unknown>>;
    change(file);
    return JSON.stringify(file);
  };
  test.each([
    ['is cut short', good.slice(0, 200)],
    ['is empty', ''],
    ['is no comparison', '{"format":"other"}'],
    ['asks for a billion layers', hostile(({ shared }) => (shared!['layers'] = 1e9))],
    ['names another prototype', good.replace('"shared":{', '"shared":{"__proto__":{"own":1},')],
    ['lists runs without end', hostile((file) => (file['runs'] = Array(500).fill({}) as never))],
    ['has a kernel of markup', hostile(({ machine }) => (machine!['kernel'] = '<img onerror=x>'))],
  ])('that %s is refused in a sentence, and changes nothing', (_, text) => {
    const { compare, session, all, sent, ready, took, lengths } = opening();
    ready();
    session.train();
    all((i) => took(i, 1, 4));
    vi.advanceTimersByTime(LOOKED);
    const { asked, built, runs, wish, past } = session;
    const { query } = compare;
    const { moments } = past;
    const before = sent.length;
    expect(compare.openFile(text, 'hostile.json')).toMatch(/ (is|has|are) .+/);
    vi.advanceTimersByTime(SETTLED);
    expect(session).toMatchObject({ asked, built, runs, wish });
    expect([compare.query, past.moments, past.saved]).toEqual([query, moments, undefined]);
    expect(session.problem).toBeUndefined();
    expect(lengths()).toEqual([4, 4, 4, 4]);
    expect(sent).toHaveLength(before);
  });
});

describe('after a device is lost', () => {
  test('later steps are forgotten, and training continues from what is left', () => {
    const { session, all, ready, took, state, lengths } = opening();
    ready();
    session.train();
    all((i) => took(i, 1, 5));
    const because = { kind: 'lost', message: 'the driver died' } as const;
    const moved = { because, step: 3, trains: true };
    all((i) => state(i, { phase: 'preparing', doing: 'recovering' }));
    expect(session.state.phase).toBe('preparing');
    all((i) => state(i, { phase: 'running', step: i === 2 ? 2 : 3, moved }));
    vi.advanceTimersByTime(LOOKED);
    expect(lengths()).toEqual([3, 3, 2, 3]);
    expect(session.state).toEqual({ phase: 'running', step: 2, moved });
    expect(session.wish).toBe(true);
    took(2, 3, 4);
    vi.advanceTimersByTime(LOOKED);
    expect(session.histories[2]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });
});

describe('a moment of the past', () => {
  test('is kept once the pictures of all runs are there, and no second set is requested before', () => {
    const { session, all, ready, took, frame, pictures } = opening();
    ready();
    expect(pictures()).toBe(1);
    all((i) => took(i, 1, 1));
    for (const i of [3, 0, 1]) frame(i, 0);
    expect(session.past.moments).toEqual([]);
    expect(pictures()).toBe(1);
    frame(2, 0);
    expect(session.past.moments.map(({ step }) => step)).toEqual([0]);
    expect(session.past.moments[0]!.value.every(Boolean)).toBe(true);
    expect(pictures()).toBe(2);
  });

  test('has a single step: pictures of several steps make none', () => {
    const { session, ready, frame } = opening();
    ready();
    for (const [i, step] of [4, 4, 3, 4].entries()) frame(i, step);
    expect(session.past.moments).toEqual([]);
    expect(session.frames.map((one) => one?.step)).toEqual([4, 4, 3, 4]); // the current pictures are still shown
  });

  test('is kept without a run that failed', () => {
    const { session, ready, frame, state } = opening();
    ready();
    state(1, { phase: 'failed', failure: { kind: 'error', message: 'it diverged' } });
    for (const i of [0, 2, 3]) frame(i, 7);
    expect(session.past.moments.map(({ step, value }) => [step, value.map(Boolean)])).toEqual([
      [7, [true, false, true, true]],
    ]);
  });
});

describe('runs that fit one by one but not together', () => {
  const tight = (session: Session, runs: number): DeviceLimits => ({
    total: Math.max(...session.specs.map((spec) => memoryOf(spec, { kernel: 'gpu' }))) * runs,
    largestTensor: 2 ** 28,
  });

  test('are not opened and cannot train; the message says what would fit', () => {
    const { session, ids, opened, asked, backend, state } = opening();
    backend(0, tight(session, 2));
    state(0, { phase: 'paused', step: 0 });
    expect(opened()).toEqual([ids()[0]]);
    expect(session.problem).toMatch(
      /^4 runs together need about .*; what would fit: a batch of \d instead of 4, or the first 2 of them$/,
    );
    expect(session.state).toEqual({
      phase: 'failed',
      failure: { kind: 'settings', message: session.problem },
    });
    session.toggle(); // the key, which a disabled button does not stop
    session.once();
    expect(asked()).toEqual([]);
    expect(session.wish).toBe(false);
  });

  test('are opened once enough are removed that the others fit', () => {
    const { session, ids, opened, backend, state } = opening();
    backend(0, tight(session, 2));
    state(0, { phase: 'paused', step: 0 });
    session.remove(3);
    expect(session.problem).toMatch(/^3 runs together/);
    session.remove(2);
    expect(session.problem).toBeUndefined();
    expect(opened()).toEqual(ids());
  });

  test('stay open when one more is refused', () => {
    const { compare, session, ready, ids, backend } = opening(`${SMALL}&run=global&run=local`);
    backend(0, tight(session, 2));
    ready();
    backend(0, tight(session, 2));
    const before = ids();
    compare.add();
    vi.advanceTimersByTime(SETTLED);
    expect(session.problem).toMatch(/^3 runs together need about/);
    expect(ids()).toEqual(before);
    expect(session.state.phase).toBe('paused');
  });
});

test.each([
  ['a shared setting', (compare: Compare) => compare.change({ layers: 2 })],
  ['another window of one run', (compare: Compare) => compare.changeRun(1, { window: 3 })],
  ['another comparison', (compare: Compare) => compare.choose('needle')],
])('trained runs are restored after %s, with their names', (_, act) => {
  const { compare, session, trained, closed } = opening();
  compare.rename(0, 'Mine');
  trained();
  const { runs } = session;
  act(compare);
  vi.advanceTimersByTime(SETTLED);
  expect(session.before).toMatchObject({ runs, step: 3 });
  expect(closed()).toEqual([]);
  session.takeBack();
  expect(session.runs).toBe(runs);
  expect(session.names[0]).toBe('Mine');
});

test('a text of one’s own is read by all runs in its own characters; a refused one is reported separately', () => {
  const { compare, session } = opening('context=16&layers=1');
  compare.change({ task: 'own-text' });
  session.write('你好');
  vi.advanceTimersByTime(1000);
  expect(session.refused?.why).toContain('too short (2 characters');
  expect(session.problem).toBe(session.refused?.why);
  const chinese = '你好，斑马读它前面的一切。'.repeat(200);
  session.write(chinese);
  vi.advanceTimersByTime(1000);
  expect(session.problem).toBeUndefined();
  expect(session.models.map(({ vocabulary }) => vocabulary)).toEqual(
    session.models.map(() => 2 + new Set(chinese).size),
  );
  expect(session.runs.every(({ text }) => text === chinese)).toBe(true);
  compare.change({ alphabet: 'bytes' });
  vi.advanceTimersByTime(1000);
  expect(session.models[0]!.vocabulary).toBe(256);
  compare.change({ task: 'moby-dick' });
  vi.advanceTimersByTime(1000);
  expect(session.models[0]!.vocabulary).toBe(96);
});
