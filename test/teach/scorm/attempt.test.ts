/** @file What a lesson tells a course system: against a strict run-time, and against that of scorm-again. */
import { describe, expect, test } from 'vitest';
import * as scormAgain from 'scorm-again/scorm12';
import { findApi, type Api, type Framed } from '../../../src/app/course/scorm/api';
import { Attempt, type Report } from '../../../src/app/course/scorm/attempt';
import { scorm12, type Runtime } from '../../support/scorm12';

/** The package exports a class by its name; its types declare it as the default. */
const { Scorm12API } = scormAgain as unknown as { Scorm12API: typeof scormAgain.default };

/** A clock that a test moves by hand. */
function clock() {
  let now = 0;
  let timers: { at: number; act: () => void }[] = [];
  return {
    later(act: () => void, ms: number) {
      const timer = { at: now + ms, act };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await Promise.resolve();
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        now = next.at;
        next.act();
      }
      now = end;
      await Promise.resolve();
    },
  };
}

async function begun(lms: Runtime) {
  const said: string[] = [];
  const time = clock();
  const attempt = new Attempt(lms.api as unknown as Api, {
    say: (sentence) => said.push(sentence),
    later: time.later,
  });
  const kept = await attempt.begin();
  return { attempt, kept, time, said };
}

const HALF: Report = { outcome: { status: 'incomplete', score: 50 }, suspended: 'z1.half' };
const ALL: Report = { outcome: { status: 'passed', score: 100 }, suspended: 'z1.all' };

describe('an attempt', () => {
  test('reports status, score and suspended data, commits, and ends once', async () => {
    const lms = scorm12();
    const { attempt, kept, time, said } = await begun(lms);
    expect(kept).toBe('');
    attempt.report(HALF);
    await time.pass(0);
    expect(lms.kept).toEqual({
      'cmi.core.lesson_status': 'incomplete',
      'cmi.core.score.raw': '50',
      'cmi.core.score.min': '0',
      'cmi.core.score.max': '100',
      'cmi.suspend_data': 'z1.half',
    });
    attempt.report(ALL);
    attempt.finish();
    attempt.finish();
    attempt.report(HALF);
    attempt.flush();
    await time.pass(100_000);
    expect(lms.kept['cmi.core.lesson_status']).toBe('passed');
    expect(lms.state()).toBe('finished');
    expect(lms.calls.filter((call) => call.startsWith('LMSFinish'))).toHaveLength(1);
    expect(lms.faults).toEqual([]);
    expect(said.filter(Boolean)).toEqual([]);
  });

  test('sets no score for a lesson that has none', async () => {
    const lms = scorm12();
    const { attempt } = await begun(lms);
    attempt.report({ outcome: { status: 'completed' }, suspended: '' });
    attempt.finish();
    expect(lms.kept).toEqual({ 'cmi.core.lesson_status': 'completed', 'cmi.suspend_data': '' });
    expect(lms.faults).toEqual([]);
  });

  test('gathers small changes, and sends only what changed', async () => {
    const lms = scorm12();
    const { attempt, time } = await begun(lms);
    attempt.report(HALF);
    await time.pass(0);
    const before = lms.calls.length;
    for (let i = 0; i < 10; i++) attempt.report({ ...HALF, suspended: `z1.${i}` });
    expect(lms.calls).toHaveLength(before);
    await time.pass(2_000);
    expect(lms.calls.slice(before)).toEqual([
      'LMSSetValue cmi.suspend_data z1.9 → true',
      'LMSCommit  → true'.replace('  ', ' '),
    ]);
  });

  test('gives back what an earlier visit left', async () => {
    const { kept } = await begun(scorm12({ 'cmi.suspend_data': 'z1.half' }));
    expect(kept).toBe('z1.half');
  });

  test.each(['LMSCommit', 'LMSSetValue cmi.suspend_data', 'LMSSetValue cmi.core.lesson_status'])(
    'tells the student that %s failed, tries again with growing pauses, and says when it is over',
    async (call) => {
      const lms = scorm12();
      const { attempt, time, said } = await begun(lms);
      lms.fail(call, '101', 2);
      attempt.report(HALF);
      await time.pass(0);
      expect(said).toEqual([
        'Your course did not accept your progress (error 101, general exception). It is tried again in 5 seconds; keep this page open.',
      ]);
      await time.pass(5_000);
      expect(said.at(-1)).toContain('in 15 seconds');
      await time.pass(15_000);
      expect(said.at(-1)).toBe('');
      expect(lms.kept['cmi.suspend_data']).toBe('z1.half');
      expect(lms.kept['cmi.core.lesson_status']).toBe('incomplete');
      expect(lms.faults).toEqual([]);
    },
  );

  test('does not ask for elements again that a course system does not have', async () => {
    const lms = scorm12();
    const { attempt, time, said } = await begun(lms);
    lms.fail('LMSSetValue cmi.core.score.min', '401', 99);
    attempt.report(HALF);
    await time.pass(0);
    expect(said.filter(Boolean)).toEqual([]); // nothing is lost
    lms.fail('LMSSetValue cmi.suspend_data', '401', 99);
    attempt.report(ALL);
    await time.pass(60_000);
    expect(said.filter(Boolean)).toEqual([
      'Your course cannot keep your place: the next time you open this lesson, it begins again.',
    ]);
    attempt.report({ ...ALL, suspended: 'z1.more' });
    attempt.finish();
    expect(lms.calls.filter((one) => one.includes('failed'))).toHaveLength(2);
    expect(lms.kept['cmi.core.score.raw']).toBe('100');
  });

  test('tries three times to begin, and otherwise gives a sentence', async () => {
    const lms = scorm12();
    lms.fail('LMSInitialize', '101', 2);
    const time = clock();
    const make = (api: Api) => new Attempt(api, { say: () => undefined, later: time.later });
    const kept = make(lms.api as unknown as Api).begin();
    await time.pass(10_000);
    expect(await kept).toBe('');
    expect(lms.state()).toBe('running');
    const closed = make({} as Api).begin(); // the window with the API is gone
    const refused = expect(closed).rejects.toThrow(
      'Your course could not be reached (no reason given): what you do here is not reported to it.',
    );
    await time.pass(10_000);
    await refused;
  });

  test('is understood by the run-time of scorm-again, which keeps it for the next visit', async () => {
    const sent: unknown[] = [];
    const runtime = new Scorm12API({ autocommit: false, logLevel: 5 });
    runtime.on('LMSCommit', () => sent.push('commit'));
    const time = clock();
    const said: string[] = [];
    const options = { say: (one: string) => said.push(one), later: time.later };
    const attempt = new Attempt(runtime as unknown as Api, options);
    expect(await attempt.begin()).toBe('');
    attempt.report(ALL);
    await time.pass(0);
    expect(runtime.lmsGetLastError()).toBe('0');
    attempt.finish();
    expect(sent.length).toBeGreaterThan(0);
    const { core, suspend_data } = runtime.cmi;
    expect([core.lesson_status, core.score.raw, core.score.min, core.score.max]).toEqual([
      ...['passed', '100', '0', '100'],
    ]);
    const next = new Scorm12API({ autocommit: false, logLevel: 5 });
    next.loadFromJSON({ suspend_data } as never, 'cmi');
    expect(await new Attempt(next as unknown as Api, options).begin()).toBe('z1.all');
    expect(said.filter(Boolean)).toEqual([]);
  });
});

describe('the search for the API', () => {
  const API = {} as Api;
  interface Fake {
    API?: Api;
    parent: Fake;
    opener?: Fake | null;
  }
  const top = (more: Partial<Fake> = {}): Fake => {
    const window = { ...more } as Fake;
    window.parent ??= window;
    return window;
  };
  const inside = (parent: Fake, levels: number): Fake =>
    levels === 0 ? parent : inside(top({ parent }), levels - 1);
  const find = (window: Fake) => findApi(window as unknown as Framed);

  test.each([0, 1, 2, 7, 12, 400])('finds it %i windows up', (levels) => {
    expect(find(inside(top({ API }), levels))).toBe(API);
  });

  test('takes the nearest', () => {
    const near = {} as Api;
    expect(find(inside(top({ API: near, parent: top({ API }) }), 1))).toBe(near);
  });

  test('finds it in the window that opened the lesson, and around that', () => {
    expect(find(top({ opener: top({ API }) }))).toBe(API);
    expect(find(top({ opener: inside(top({ API }), 3) }))).toBe(API);
    expect(find(inside(top({ opener: inside(top({ API }), 2) }), 2))).toBe(API);
  });

  test('passes windows of another origin', () => {
    const foreign = top({ parent: top({ API }) });
    Object.defineProperty(foreign, 'API', {
      get() {
        throw new Error('SecurityError');
      },
    });
    expect(find(inside(foreign, 1))).toBe(API);
  });

  test('ends without one, also in a circle of windows', () => {
    expect(find(top())).toBeUndefined();
    expect(find(top({ opener: null }))).toBeUndefined();
    const a = top();
    a.parent = top({ parent: a });
    expect(find(a)).toBeUndefined();
  });
});
