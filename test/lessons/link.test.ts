import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAddress } from '../../src/compare/address';
import { comparisonOf, startOf, starts } from '../../src/compare/starts';
import {
  HIDEABLE,
  LOCKABLE,
  PLAIN,
  readLessonQuery,
  writeLessonQuery,
  type LessonLink,
} from '../../src/lessons/link';
import { bridge } from '../../src/app/lessons/bridge';
import { parseHash } from '../../src/app/route';
import { addressOf, caveatOf, frameOf, LAB_NAMES } from '../../src/app/teach/teacherLink';
import type { Study } from '../../src/state/study.svelte';
import { presets, specOfPreset } from '../../src/spec/preset';
import { fromQuery } from '../../src/spec/url';

const anyLink = (hideable: readonly string[], lockable: readonly string[]) =>
  fc.record<LessonLink>({
    hide: fc.subarray([...hideable]).map((names) => new Set(names)),
    lock: fc.subarray([...lockable]).map((names) => new Set(names)),
    seed: fc.option(fc.nat(999_999), { nil: undefined }),
    embed: fc.boolean(),
    projector: fc.boolean(),
  });

describe('a link to a lesson', () => {
  test('lists readably what it fixes', () => {
    const link = { ...PLAIN, hide: new Set(['train', 'plan']), lock: new Set(['window']), seed: 7 };
    expect(writeLessonQuery(link)).toBe('v=1&hide=train,plan&lock=window&seed=7');
    expect(writeLessonQuery({ ...PLAIN, embed: true, projector: true })).toBe(
      'v=1&embed=1&projector=1',
    );
    expect(writeLessonQuery(PLAIN)).toBe('v=1');
  });

  test('comes back as it was written', () =>
    fc.assert(
      fc.property(anyLink(HIDEABLE, LOCKABLE), (link) => {
        expect(readLessonQuery(writeLessonQuery(link))).toEqual(link);
      }),
    ));

  test.each([
    ['hide=train,teacher,__proto__,<b>&lock=constructor,train,window', ['train'], ['window']],
    ['hide=&lock=,,,', [], []],
    ['hide=window&hide=plan', ['window'], []],
    ['lock=window%2Cplan', [], ['window', 'plan']],
    ['lock=WINDOW', [], []],
  ])('%s: unknown names are ignored', (query, hide, lock) => {
    const link = readLessonQuery(query);
    expect([[...link.hide], [...link.lock]]).toEqual([hide, lock]);
  });

  test.each(['-1', '1.5', '1e3', '1000000', '9'.repeat(400), '0x10', ' 1', '', 'NaN', '１'])(
    'seed %j is not a seed',
    (seed) => expect(readLessonQuery(`seed=${encodeURIComponent(seed)}`).seed).toBeUndefined(),
  );

  test.each(['0', '1', '999999'])('seed %s is a seed', (seed) =>
    expect(readLessonQuery(`seed=${seed}`).seed).toBe(Number(seed)),
  );

  test('turns on embedding and the projector only with the value 1', () => {
    for (const value of ['0', 'true', '', '11'])
      expect(readLessonQuery(`embed=${value}&projector=${value}`)).toEqual(PLAIN);
  });

  test('can be read, whatever the URL contains', () => {
    const sign = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit: sign, maxLength: 200 }), (text) => {
        for (const query of [text, `hide=${text}&lock=${text}&seed=${text}`]) {
          const link = readLessonQuery(query);
          expect(HIDEABLE).toEqual(expect.arrayContaining([...link.hide]));
          expect(LOCKABLE).toEqual(expect.arrayContaining([...link.lock]));
        }
      }),
    );
    expect(readLessonQuery('lock=window&'.repeat(1e6)).lock).toEqual(new Set(['window']));
    expect(readLessonQuery(`${'x'.repeat(4000)}&embed=1`).embed).toBe(false);
  });
});

describe('a link that a teacher makes', () => {
  test('leads to a lesson and its step, or to the place where the reader left off', () => {
    const link = { ...PLAIN, lock: new Set(['window']), embed: true };
    const there = addressOf({ kind: 'lesson', lesson: '03-reach', step: 'one-layer' }, link);
    expect(there).toBe('#/lessons/03-reach/one-layer?v=1&lock=window&embed=1');
    const begin = addressOf({ kind: 'lesson', lesson: '03-reach' }, PLAIN);
    expect(parseHash(begin)).toEqual({ page: 'lessons', path: ['03-reach'], query: 'v=1' });
  });

  test.each(presets.all)('leads to the Lab with the preset $id, as the Lab reads it', (preset) =>
    fc.assert(
      fc.property(anyLink(LAB_NAMES, LAB_NAMES), ({ projector: _, ...rest }) => {
        const link = { ...rest, projector: false }; // the embedding page reads it, and not the Lab
        const { page, query } = parseHash(addressOf({ kind: 'lab', preset: preset.id }, link));
        const read = fromQuery(query);
        expect([page, read.notes]).toEqual(['lab', []]);
        const spec = specOfPreset(preset);
        expect(read.spec).toEqual({ ...spec, seed: link.seed ?? spec.seed });
        const names = (key: string) => new Set(read.rest.get(key)?.split(',') ?? []);
        expect([names('hide'), names('lock')]).toEqual([link.hide, link.lock]);
        expect(read.rest.get('embed') === '1').toBe(link.embed);
      }),
      { numRuns: 30 },
    ),
  );

  test.each(starts.all)('leads to the comparison $id, as Compare reads it', (start) => {
    const link = { ...PLAIN, hide: new Set(['window']), embed: true };
    const { page, query } = parseHash(addressOf({ kind: 'compare', start: start.id }, link));
    const read = fromAddress(query);
    expect([page, read.notes, read.rest.get('embed'), read.rest.has('hide')]).toEqual([
      'compare',
      [],
      '1',
      false,
    ]);
    expect(startOf(read.comparison)?.id).toBe(start.id);
    const seeded = addressOf({ kind: 'compare', start: start.id }, { ...PLAIN, seed: 42 });
    expect(fromAddress(parseHash(seeded).query).comparison.shared.seed).toBe(42);
    expect(comparisonOf(start).shared.seed).not.toBe(42);
  });

  test('can be an iframe, whose attributes contain any URL safely', () => {
    const code = frameOf('https://a.example/?x="><script>&y', 'Reach "and" <b>');
    expect(code).toMatch(
      /^<iframe src="https:\/\/a\.example\/\?x=&quot;&gt;&lt;script&gt;&amp;y" /,
    );
    expect(code).toContain('title="Reach &quot;and&quot; &lt;b&gt;"');
    expect(code.match(/[<>]/g)).toHaveLength(4);
  });

  test('says what would not open, or would open with less', () => {
    const caveat = (url: string) => caveatOf(new URL(url));
    for (const url of ['http://localhost:5173/', 'http://127.0.0.1/', 'http://[::1]:80/'])
      expect(caveat(url)).toMatch(/your own machine/);
    expect(caveat('http://192.168.1.4:8080/')).toMatch(/not a secure context/);
    expect(caveat('https://zebra.example/lab/')).toBeUndefined();
    expect(caveat('https://localhost.example/')).toBeUndefined();
  });
});

describe('a lesson in the frame of a course page', () => {
  /** A window in a frame, and the messages it sends to the page around it. */
  function framed(hash = '#/lessons/03-reach?v=1&embed=1') {
    const listeners = new Set<(event: object) => void>();
    const heard: { message: Record<string, unknown>; to: string }[] = [];
    const around = { postMessage: (message: never, to: string) => heard.push({ message, to }) };
    const here = {
      parent: around,
      location: { hash },
      addEventListener: (_: string, listener: never) => listeners.add(listener),
      removeEventListener: (_: string, listener: never) => listeners.delete(listener),
    };
    const say = (data: unknown, origin = 'https://course.example', source: unknown = around) => {
      for (const listener of listeners) listener({ data, origin, source });
    };
    return { here: here as unknown as Window, heard, say, listeners };
  }
  const studyOf = () => {
    const went: number[] = [];
    const exercise = { id: 'four', kind: 'number' };
    const steps = [
      { slug: 'one', title: 'One', exercises: [] },
      { slug: 'two', title: 'Two', exercises: [exercise] },
    ];
    const study = {
      lesson: { id: '03-reach', title: 'Reach', steps },
      step: steps[0],
      at: 0,
      done: false,
      score: { steps: 2, done: 0, exercises: 1, right: 0 },
      progress: {
        done: [],
        answers: { four: { answer: 'secret', right: true, tries: 2, hints: 1 } },
      },
      go: (index: number) => went.push(index),
    };
    return { study: study as unknown as Study, went };
  };

  test('announces itself once, and sends its state when it changes', () => {
    const { here, heard } = framed();
    const { study } = studyOf();
    bridge(study, here)!();
    bridge(study, here)!();
    bridge(Object.assign(study, { at: 1 }), here)!();
    expect(heard.map(({ message }) => [message['type'], message['index']])).toEqual([
      ['ready', undefined],
      ['state', 0],
      ['state', 1],
    ]);
    expect(heard[0]!.message).toEqual({
      source: 'zebra-lab',
      version: 1,
      type: 'ready',
      lesson: '03-reach',
      title: 'Reach',
      steps: [
        { slug: 'one', title: 'One' },
        { slug: 'two', title: 'Two' },
      ],
    });
  });

  test('answers the requesting origin with scores, and never with answers', () => {
    const { here, heard, say } = framed();
    bridge(studyOf().study, here);
    heard.length = 0;
    say({ target: 'zebra-lab', type: 'result' });
    expect(heard).toEqual([
      {
        to: 'https://course.example',
        message: {
          source: 'zebra-lab',
          version: 1,
          type: 'result',
          lesson: '03-reach',
          steps: 2,
          done: 0,
          exercises: 1,
          right: 0,
          each: [{ id: 'four', kind: 'number', step: 'two', state: 'solved', tries: 2, hints: 1 }],
        },
      },
    ]);
    expect(JSON.stringify(heard)).not.toContain('secret');
    say({ target: 'zebra-lab', type: 'state' }, 'null');
    expect([heard[1]!.message['type'], heard[1]!.to]).toEqual(['state', '*']);
  });

  test('opens a step it has, and no other', () => {
    const { here, say } = framed();
    const { study, went } = studyOf();
    const stop = bridge(study, here)!;
    for (const step of ['two', 'three', 0, null, { toString: () => 'two' }, '__proto__'])
      say({ target: 'zebra-lab', type: 'go', step });
    expect(went).toEqual([1]);
    stop();
    say({ target: 'zebra-lab', type: 'go', step: 'one' });
    expect(went).toEqual([1]);
  });

  test('ignores messages to others, and from others', () => {
    const { here, heard, say } = framed();
    const { study, went } = studyOf();
    bridge(study, here);
    heard.length = 0;
    for (const data of [
      null,
      'result',
      7,
      [],
      {},
      { type: 'result' },
      { target: 'other', type: 'go', step: 'two' },
    ])
      say(data);
    say({ target: 'zebra-lab', type: 'result' }, 'https://evil.example', {});
    say({ target: 'zebra-lab', type: 'constructor' });
    expect([heard, went]).toEqual([[], []]);
  });

  test.each([
    ['without embed=1', framed('#/lessons/03-reach?v=1').here],
    ['with embed=0', framed('#/lessons/03-reach?v=1&embed=0').here],
    [
      'outside of a frame',
      (() => {
        const one = framed();
        return Object.assign(one.here, { parent: one.here });
      })(),
    ],
  ])('%s it neither sends nor receives messages', (_, here) => {
    expect(bridge(studyOf().study, here)).toBeUndefined();
  });
});
