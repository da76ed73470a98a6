/** @file What a session does with one run or several; features of a single page are tested with that page. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { changeShared, onlyRun, specsOf, type Comparison } from '../../src/compare/comparison';
import { Session, type SessionOptions } from '../../src/session/session.svelte';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { steps, wired } from '../support/sessionWire';

const SETTLED = 300; // ms
const LOOKED = 300; // ms until the page refreshes the runs' results

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 20,
  layers: 1,
  width: 16,
  heads: 1,
  context: 32,
  window: 6,
  batch: 4,
};
const several: Comparison = {
  shared: spec,
  runs: ['global', 'local', 'grouped'].map((plan) => ({ own: { ...onlyOwn(spec), plan } })),
};
function onlyOwn(one: RunSpec) {
  return onlyRun(one).runs[0]!.own;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each([
  { what: 'one run', comparison: onlyRun(spec) },
  { what: 'several runs', comparison: several },
])('a session of $what', ({ comparison }) => {
  const count = comparison.runs.length;
  const each = <T>(value: T): T[] => Array.from({ length: count }, () => value);
  const begun = (options: SessionOptions = {}, first = comparison) =>
    wired((engine) => {
      const session = new Session(engine, { later: (_, then) => then(), ...options });
      session.begin(first);
      return { session };
    });
  const failure = { kind: 'diverged', loss: NaN, gradNorm: NaN, step: 3, rate: 0.1 } as const;
  const because = { kind: 'lost', message: 'the driver died' } as const;
  const moved = { because, step: 3, trains: true };

  test('opens its runs at its start, and closes them without leaving a listener', () => {
    const { session, ids, opened, ready, closed, listening } = begun();
    ready();
    expect(opened()).toEqual(ids());
    expect(listening()).toEqual(ids());
    session.dispose();
    expect(closed()).toEqual(ids());
    expect(listening()).toEqual([]);
  });

  test('that is lazy opens its runs only when training or a step is requested', () => {
    for (const act of ['train', 'once'] as const) {
      const { session, opened, ready, ids, asked } = begun({ lazy: true });
      expect([session.asleep, session.state.phase, opened()]).toEqual([true, 'paused', []]);
      session[act]();
      ready();
      expect(opened()).toEqual(ids());
      expect(asked()).toEqual([[act === 'train' ? 'run' : 'step', ids()]]);
    }
  });

  test('sends one message per request to all its runs, and none without a request', () => {
    const { session, ids, ready, asked, sent } = begun();
    ready();
    session.train();
    session.pause();
    session.once();
    session.evaluate();
    expect(asked()).toEqual([
      ['run', ids()],
      ['pause', ids()],
      ['step', ids()],
      ['evaluate', ids()],
    ]);
    expect(sent.every((one) => one.type !== 'ask' || one.runIds.length === count)).toBe(true);
  });

  test('remembers that it should train until its runs are opened', () => {
    const { session, ids, asked, backend, state } = begun();
    session.toggle();
    // Several may not fit, which is unknown until the first one reports what the device can hold.
    expect(asked()).toEqual(count === 1 ? [['run', ids()]] : []);
    backend(0);
    expect(asked()).toEqual([['run', ids()]]);
    for (const i of ids().keys()) state(i, { phase: 'paused', step: 0 });
    expect([session.wish, session.state.phase]).toEqual([true, 'running']);
    expect(asked()).toHaveLength(1);
  });

  test('takes a step that was requested during preparation, and only one', () => {
    const { session, ids, asked, ready } = begun();
    session.once();
    ready();
    ready(1);
    expect(asked()).toEqual([['step', ids()]]);
    expect(session.wish).toBe(false);
  });

  test('pauses training for a single step', () => {
    const { session, trained, ready, asked } = begun();
    trained();
    session.once();
    ready(4);
    expect(asked().map(([action]) => action)).toEqual(['run', 'step']);
    expect([session.wish, session.state]).toEqual([false, { phase: 'paused', step: 4 }]);
  });

  test('stops wanting to train after a pause that it did not request', () => {
    const { session, trained, state } = begun();
    trained();
    state(0, { phase: 'paused', step: 3, moved: { ...moved, trains: false } });
    expect(session.wish).toBe(false);
  });

  test('waits while the page is hidden, and continues afterwards', () => {
    const { session, trained, ready, asked } = begun();
    trained();
    session.suspend();
    ready(4);
    expect([session.wish, session.suspended]).toEqual([true, true]);
    session.resume();
    expect(asked().map(([action]) => action)).toEqual(['run', 'pause', 'run']);
    expect(session.wish).toBe(true);
  });

  test('does not train while the page is hidden, even if training is requested then', () => {
    const { session, ready, asked } = begun();
    ready();
    session.suspend();
    session.train();
    expect(asked()).toEqual([]);
    session.resume();
    expect(asked().map(([action]) => action)).toEqual(['run']);
  });

  test('knows the speed of all its runs', () => {
    const { session, trained } = begun();
    expect(session.tokensPerSecond).toBeUndefined();
    trained(); // 10 ms a step
    expect(session.tokensPerSecond).toBeCloseTo((1000 * spec.batch * spec.context) / 10);
  });

  test('ends when every run has failed, and sends no more requests', () => {
    const { session, trained, all, state, asked } = begun();
    trained();
    all((i) => state(i, { phase: 'failed', failure }));
    expect(session.wish).toBe(false);
    expect(session.state).toEqual({
      phase: 'failed',
      failure: count === 1 ? failure : { kind: 'error', message: 'every run stopped' },
    });
    const before = asked().length;
    session.train();
    session.once();
    session.toggle();
    expect(asked()).toHaveLength(before);
    expect(session.wish).toBe(false);
  });

  describe('whose device was lost', () => {
    test('continues from what is left: later steps are forgotten, and the reason is given', () => {
      const { session, trained, took, all, state, lengths } = begun();
      trained();
      all((i) => took(i, 4, 5));
      all((i) => state(i, { phase: 'preparing', doing: 'recovering' }));
      expect(session.state.phase).toBe('preparing');
      all((i) => state(i, { phase: 'running', step: 3, moved }));
      vi.advanceTimersByTime(LOOKED);
      expect(lengths()).toEqual(each(3));
      expect(session.state).toEqual({ phase: 'running', step: 3, moved });
      expect(session.wish).toBe(true);
      all((i) => took(i, 4, 4));
      vi.advanceTimersByTime(LOOKED);
      expect(session.histories[0]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    });

    test('does not train after the user has paused', () => {
      const { session, trained, all, state, asked } = begun();
      trained();
      all((i) => state(i, { phase: 'preparing', doing: 'recovering' }));
      session.pause(); // the worker carries it out once the runs are restored
      all((i) => state(i, { phase: 'running', step: 3, moved }));
      expect(asked().at(-1)![0]).toBe('pause');
      expect([session.wish, session.state.phase]).toEqual([false, 'paused']);
    });

    test('loses the pictures of repeated steps', () => {
      const { session, ready, all, took, frame, state } = begun({ remembers: true });
      ready();
      const picture = (step: number) => {
        all((i) => took(i, step, step));
        vi.advanceTimersByTime(LOOKED);
        all((i) => frame(i, step));
      };
      all((i) => frame(i, 0));
      picture(1);
      picture(2);
      expect(session.past.moments.map(({ step }) => step)).toEqual([0, 1, 2]);
      all((i) => state(i, { phase: 'running', step: 0, moved }));
      picture(1);
      expect(session.past.moments.map(({ step }) => step)).toEqual([0, 1]);
    });
  });

  describe('with pictures', () => {
    test('requests them when its runs are ready, and again once all have arrived and something has changed', () => {
      const { ready, all, took, frame, pictures } = begun();
      ready();
      expect(pictures()).toBe(1);
      all((i) => took(i, 1, 2));
      expect(pictures()).toBe(1);
      all((i) => frame(i, 0));
      expect(pictures()).toBe(2); // something happened in between
      all((i) => frame(i, 2));
      expect(pictures()).toBe(2); // nothing did
    });

    test('keeps no past ones if the page cannot look back', () => {
      const { session, ready, all, frame } = begun({ remembers: false });
      ready();
      all((i) => frame(i, 0));
      expect(session.frames.every(Boolean)).toBe(true);
      expect(session.past.moments).toEqual([]);
    });
  });

  describe('with changed settings', () => {
    const wider = changeShared(comparison, { layers: 2 });

    test('is rebuilt once the user has stopped changing them, not before', () => {
      const { session, ready, opened } = begun();
      ready();
      session.ask(changeShared(comparison, { layers: 3 }));
      session.ask(wider);
      expect(opened()).toHaveLength(count);
      vi.advanceTimersByTime(SETTLED);
      ready();
      expect(opened()).toHaveLength(2 * count);
      expect(session.specs).toEqual(specsOf(wider));
    });

    test('leaves the runs alone if the settings are set back', () => {
      const { session, ready, opened } = begun();
      ready();
      const { runs } = session;
      session.ask(wider);
      session.ask(comparison);
      vi.advanceTimersByTime(SETTLED);
      expect(session.runs).toBe(runs);
      expect(opened()).toHaveLength(count);
    });

    test('trains on if the previous runs trained, and is paused if they were', () => {
      const { session, ready, ids, asked } = begun();
      ready();
      session.ask(wider);
      vi.advanceTimersByTime(SETTLED);
      ready();
      expect([session.wish, asked()]).toEqual([false, []]);
      session.train();
      session.ask(comparison);
      vi.advanceTimersByTime(SETTLED);
      ready();
      expect(session.wish).toBe(true);
      expect(asked().at(-1)).toEqual(['run', ids()]);
    });

    test('is refused in words if the settings are impossible, and the runs continue', () => {
      const { session, ready, opened } = begun();
      ready();
      const { runs, built } = session;
      session.ask(changeShared(comparison, { heads: 3 }));
      vi.advanceTimersByTime(SETTLED);
      expect(session.problem).toContain('width 16 does not divide into 3 heads');
      expect(session).toMatchObject({ runs, built });
      expect(opened()).toHaveLength(count);
      expect(session.repair).toMatchObject({ width: 12 });
      session.ask(changeShared(session.asked, session.repair!));
      vi.advanceTimersByTime(SETTLED);
      expect(session.problem).toBeUndefined();
      expect(session.specs[0]).toMatchObject({ heads: 3, width: 12 });
    });

    test('is refused if it needs more memory than the device has, before the old runs are closed', () => {
      const { session, ready, opened } = begun();
      ready();
      const { runs } = session;
      const size = { context: 512, distance: 20, batch: 64, width: 256, layers: 12 };
      session.ask(changeShared(comparison, size));
      vi.advanceTimersByTime(SETTLED);
      expect(session.problem).toMatch(/needs? about .* GiB, this device allows 1.00 GiB/);
      expect(session.runs).toBe(runs);
      expect(opened()).toHaveLength(count);
    });
  });

  test('opens nothing if its first settings are impossible, or its fallback if it has one', () => {
    const impossible = changeShared(comparison, { heads: 3 });
    const { session, opened } = begun({}, impossible);
    expect(opened()).toEqual([]);
    expect(session.state).toEqual({
      phase: 'failed',
      failure: { kind: 'settings', message: session.problem },
    });

    const falls = begun({ fallback: onlyRun(DEFAULTS) }, impossible);
    expect(falls.session.problem).toBe(session.problem);
    expect(falls.session.asked).toBe(impossible);
    expect(falls.session.specs).toEqual([DEFAULTS]);
    expect(falls.opened()).toEqual(falls.ids());
  });

  describe('that was replaced', () => {
    const trained = (options: SessionOptions = { holds: 2 ** 30, remembers: true }) => {
      const one = begun(options);
      one.trained();
      one.all((i) => one.frame(i, 3));
      const { runs, built } = one.session;
      return { ...one, first: runs, built, firstIds: one.ids() };
    };
    const other = changeShared(comparison, { layers: 2 });

    test.each([
      ['a reset', (session: Session) => session.reset()],
      ['another setting', (session: Session) => session.ask(other)],
      ['other runs at once', (session: Session) => session.begin(other)],
    ])('by %s is restored, paused on its step, with its pictures', (_, act) => {
      const { session, first, firstIds, built, asked, closed, ids, listening } = trained();
      const { moments } = session.past;
      act(session);
      vi.advanceTimersByTime(SETTLED);
      expect(session.runs).not.toBe(first);
      expect(session.before).toMatchObject({ runs: first, step: 3 });
      expect(asked()).toContainEqual(['pause', firstIds]);
      expect(closed()).toEqual([]);
      const second = ids();
      session.takeBack();
      expect(session).toMatchObject({ runs: first, built, asked: built, wish: false });
      expect(session.past.moments).toEqual(moments);
      expect([session.step, session.histories[0]!.steps.length]).toEqual([3, 3]);
      expect(closed()).toEqual(second);
      expect(listening()).toEqual(firstIds);
      session.train();
      expect(asked().at(-1)).toEqual(['run', firstIds]);
    });

    test('can still be restored after settings that were never trained', () => {
      const { session, first, ready } = trained();
      session.pause();
      for (const layers of [2, 3, 4]) {
        session.ask(changeShared(comparison, { layers }));
        vi.advanceTimersByTime(SETTLED);
        ready();
      }
      expect(session.before?.runs).toBe(first);
    });

    test('is the last one that was trained, and the one before that is closed', () => {
      const one = trained();
      one.session.reset();
      one.trained();
      const second = one.session.runs;
      one.session.reset();
      expect(one.session.before?.runs).toBe(second);
      expect(one.closed()).toEqual(one.firstIds);
    });

    test('is not kept if nothing was learned, on another machine, without room, or if the page cannot restore it', () => {
      const fresh = begun({ holds: 2 ** 30 });
      fresh.ready();
      fresh.session.reset();
      expect(fresh.session.before).toBeUndefined();

      const elsewhere = trained();
      elsewhere.session.ask(changeShared(comparison, { backend: 'wasm' }));
      vi.advanceTimersByTime(SETTLED);
      const large = trained({ holds: 1000 });
      large.all((i) => large.tell(i, { type: 'memory', memory: { peak: 2000 } }));
      large.session.reset();
      const lesson = trained({});
      lesson.session.reset();
      for (const { session, closed, firstIds } of [elsewhere, large, lesson]) {
        expect(session.before).toBeUndefined();
        expect(closed()).toEqual(firstIds);
      }
    });

    test('is closed when it is discarded, and with the page', () => {
      const { session, firstIds, closed } = trained();
      session.reset();
      session.letGo();
      expect(closed()).toEqual(firstIds);
      const page = trained();
      page.session.reset();
      const second = page.ids();
      page.session.dispose();
      expect(page.closed().toSorted()).toEqual([...page.firstIds, ...second].toSorted());
    });

    test('does not affect the current runs with its late reports', () => {
      const { session, first, ready, state, pictures } = trained();
      session.reset();
      ready();
      const before = pictures();
      first[0]!.receive({ type: 'state', runId: 'x', state: { phase: 'paused', step: 9 } });
      expect([session.step, pictures()]).toEqual([0, before]);
      state(0, { phase: 'paused', step: 0 });
      expect(session.step).toBe(0);
    });
  });

  describe('that is saved', () => {
    const bytes = () => Uint8Array.of(1, 2, 3);
    const checkpoint = (step: number, whose: 'person' | 'autosave' = 'autosave') =>
      ({ type: 'checkpoint', whose, step, file: bytes() }) as const;

    test('has checkpoints once every run has sent one, if all are of one step, and knows who requested them', () => {
      const { session, ids, ready, sent, tell, all } = begun();
      ready();
      session.save('person');
      expect(sent.at(-1)).toEqual({
        type: 'ask',
        runIds: ids(),
        action: 'save',
        whose: 'person',
      });
      all((i) => {
        expect(session.checkpoints).toBeUndefined();
        tell(i, checkpoint(7, 'person'));
      });
      expect(session.checkpoints).toEqual({
        whose: 'person',
        step: 7,
        files: each(0).map(bytes),
      });
      session.dropCheckpoints();
      all((i) => tell(i, checkpoint(i === 1 ? 8 : 9)));
      expect(session.checkpoints?.step).toBe(count === 1 ? 9 : undefined);
    });

    test('continues from its step, with its numbers, on the machine chosen now', () => {
      const { session, ids, ready, opened, sent, all, took, lengths } = begun();
      ready();
      const before = opened().length;
      const elsewhere = changeShared(comparison, { backend: 'wasm', layers: 2 });
      const histories = each(0).map(() => ({ steps: steps(1, 5), validations: [] }));
      session.goOn(elsewhere, { checkpoints: each(0).map(bytes), histories });
      expect([session.step, lengths()]).toEqual([5, each(5)]);
      expect(session.built.shared).toEqual({ ...spec, layers: 2 });
      ready(5);
      expect(opened().slice(before)).toEqual(ids());
      const opens = sent.flatMap((one) => (one.type === 'open' ? [one.from] : []));
      expect(opens.slice(before)).toEqual(each(0).map(bytes));
      expect(session.state).toEqual({ phase: 'paused', step: 5 });
      session.train();
      all((i) => took(i, 6, 6));
      vi.advanceTimersByTime(LOOKED);
      expect(session.histories[0]!.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  test('restarts the same models at their first step after a reset, paused', () => {
    const { session, trained, ready, asked, lengths } = begun();
    trained();
    const { runs, specs } = session;
    session.reset();
    ready();
    expect(session.runs).not.toBe(runs);
    expect(session.specs).toEqual(specs);
    expect([session.wish, session.step, lengths()]).toEqual([false, 0, each(0)]);
    expect(asked().map(([action]) => action)).toEqual(['run']);
  });
});
