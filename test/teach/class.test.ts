import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wrongAnswersIn } from '../../src/app/teach/class/astray';
import { noteFor, notesOf } from '../../src/app/teach/class/guideNotes';
import { NOTHING_KEPT, readKept, writeKept } from '../../src/app/teach/class/keep';
import { numbersOf, peopleOf } from '../../src/app/teach/class/people';
import { farOff, recordedOf } from '../../src/app/teach/class/predictions';
import { sayTime, stepTimes } from '../../src/app/teach/class/stepTimes';
import { plainOf, withoutClaims } from '../../src/app/teach/plain';
import { readFile } from '../../src/compare/file';
import type { Exercise } from '../../src/lessons/exercises';
import { MAX_RESULTS } from '../../src/lessons/classroom';
import { progressOf } from '../../src/lessons/concepts/form';
import { readDocument } from '../../src/lessons/document';
import { kinds } from '../../src/lessons/kinds';
import { lessonOf } from '../../src/lessons/lesson';
import { readable } from '../../src/core/schema';
import { lessonProgressOf, type Answered } from '../../src/lessons/progress';
import { codeOf, readResult, type LessonResult } from '../../src/lessons/result';
import { countedMs, IDLE_MS, seconds, spentAt } from '../../src/lessons/stepTime';
import { guideHtml, lessonFiles } from '../support/lessonFiles';

const resultOf = (
  who: string,
  answers: Record<string, Partial<Answered>> = {},
  lesson = '03-reach',
  seconds?: Record<string, number>,
): LessonResult => ({
  lesson,
  who,
  progress: {
    done: [],
    answers: Object.fromEntries(
      Object.entries(answers).map(([id, one]) => [
        id,
        { answer: undefined, tries: 1, hints: 0, ...one },
      ]),
    ),
    ...(seconds && { seconds }),
  },
});
const person = (who: string, answers: Record<string, Partial<Answered>>) => ({
  name: who,
  result: resultOf(who, answers),
});

describe('the class is kept on this machine', () => {
  const room = {
    results: [
      resultOf('Ada', { a: { answer: '21', right: true } }),
      resultOf('刘', { a: { answer: [1, 0] } }, '04-the-cliff'),
      resultOf('', {}, '03-reach', { 'one-layer': 95 }),
    ],
  };

  test('is the same after a reload, hidden names included', () => {
    const back = readKept(writeKept({ room, anonymous: true }));
    expect(back.anonymous).toBe(true);
    expect(back.room.results.map(codeOf)).toEqual(room.results.map(codeOf));
  });

  test('loses only its damaged parts', () => {
    const { codes } = JSON.parse(writeKept({ room, anonymous: false })) as { codes: string[] };
    const spoilt = { version: 1, anonymous: 3, codes: [codes[0], codes[1]!.slice(0, -3), 7, null] };
    const back = readKept(JSON.stringify(spoilt));
    expect(back.room.results.map(({ who }) => who)).toEqual(['Ada']);
    expect(back.anonymous).toBe(false);
  });

  test('counts the same code once, and has a limit', () => {
    const code = codeOf(room.results[0]!);
    const many = Array.from({ length: MAX_RESULTS + 50 }, (_, i) => codeOf(resultOf(`p${i}`)));
    const read = (codes: string[]) => readKept(JSON.stringify({ version: 1, codes })).room.results;
    expect(read([code, code])).toHaveLength(1);
    expect(read(many)).toHaveLength(MAX_RESULTS);
  });

  test('is read from any content of the store', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          version: fc.constantFrom(1, 2, '1'),
          anonymous: fc.anything(),
          codes: fc.oneof(fc.anything(), fc.array(fc.string().map((tail) => `zebra1.${tail}`))),
        })
        .map((value) => {
          try {
            return JSON.stringify(value);
          } catch {
            return '{'; // content without JSON cannot be there
          }
        })
        .filter((one) => one !== undefined),
    );
    fc.assert(
      fc.property(text, (stored) => {
        expect(Array.isArray(readKept(stored).room.results)).toBe(true);
      }),
    );
    expect(readKept('x'.repeat(6 * 2 ** 20))).toBe(NOTHING_KEPT);
  });
});

describe('time at each step', () => {
  test('counts while the lesson is in view and the reader is active, and not overnight', () => {
    expect(countedMs(5000, { visible: true, silence: 100 })).toBe(5000);
    expect(countedMs(5000, { visible: false, silence: 100 })).toBe(0);
    expect(countedMs(5000, { visible: true, silence: IDLE_MS })).toBe(0);
    expect(countedMs(8 * 3600_000, { visible: true, silence: 0 })).toBe(IDLE_MS);
    expect(countedMs(-50, { visible: true, silence: 0 })).toBe(0);
  });

  test('adds up, goes through a code, and is missing in old ones', () => {
    const seconds = spentAt(spentAt(undefined, 'one-layer', 40), 'one-layer', 2);
    expect(seconds).toEqual({ 'one-layer': 42 });
    const timed = readResult(codeOf(resultOf('Ada', {}, '03-reach', { ...seconds })));
    expect(timed.progress.seconds).toEqual(seconds);
    expect(readResult(codeOf(resultOf('Ada'))).progress).not.toHaveProperty('seconds');
  });

  test('is read from anything without an error', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const one of Object.values(readable(seconds, value) ?? {}))
          expect(one).toBeGreaterThan(0);
      }),
    );
    expect(readable(seconds, { 'a-b': 3, 'A B': 3, c: -1, d: 0.5, e: 1e9 })).toEqual({ 'a-b': 3 });
    expect(lessonProgressOf({ done: [], answers: {}, seconds: 'no' })).not.toHaveProperty(
      'seconds',
    );
  });

  test('has for a class the median and the slowest, of those who were timed', () => {
    const steps = [{ slug: 'a' }, { slug: 'b' }] as unknown as Parameters<
      typeof stepTimes
    >[0]['steps'];
    const results = [30, 50, 400].map((a, i) => resultOf(`${i}`, {}, 'x', { a }));
    const [first, second] = stepTimes({ steps }, [...results, resultOf('old')]);
    expect(first).toMatchObject({ timed: 3, median: 50, slowest: 400 });
    expect(second).toMatchObject({ timed: 0, median: 0, slowest: 0 });
    expect([59, 89, 150, 5400, 9000].map(sayTime)).toEqual([
      '59 s',
      '89 s',
      '3 min',
      '1 h 30 min',
      '2 h 30 min',
    ]);
  });
});

const choice: Exercise = {
  id: 'why',
  kind: 'choice',
  ask: '?',
  hints: ['a', 'b', 'c'],
  rules: kinds.get('choice'),
  of: {
    options: [
      { text: 'A <b>window</b> &lt; T', says: 'no', right: false },
      { text: 'B', says: 'yes', right: true },
      { text: 'C', says: 'never', right: false },
    ],
  },
};

describe('the most common wrong answers', () => {
  const people = [0, 0, 2, 1, 2, 0].map((answer, i) => person(`n${i}`, { why: { answer } }));

  test('come with their own text, the lesson’s feedback, and their number', () => {
    expect(wrongAnswersIn(choice, people)).toEqual([
      { words: 'A window < T', count: 3, says: 'Not this one.', html: 'no' },
      { words: 'C', count: 2, says: 'Not this one.', html: 'never' },
    ]);
    expect(wrongAnswersIn(choice, people, 'first', 1)).toHaveLength(1);
  });

  test('leave out answers that were shown, and count first answers if they are selected', () => {
    const shown = person('s', { why: { answer: 2, shown: true } });
    const adjusted = person('m', { why: { answer: 1, first: 0, right: true, tries: 2 } });
    expect(wrongAnswersIn(choice, [shown, adjusted], 'first').map(({ count }) => count)).toEqual([
      1,
    ]);
    expect(wrongAnswersIn(choice, [shown, adjusted], 'last')).toEqual([]);
  });
});

describe('the sentence of the guide that helps', () => {
  const notes = (lesson: string) => notesOf(guideHtml(lesson));

  test('belongs to the mistake with the same number', () => {
    const note = noteFor(notes('03-reach'), 'reach-of-local', '24')!;
    expect(note.from).toBe('mistakes');
    expect(plainOf(note.html)).toMatch(/^24 for four layers of 6/);
    expect(plainOf(noteFor(notes('04-the-cliff'), 'local-needle', '52 %')!.html)).toMatch(
      /^Predictions of 40 to 60 %/,
    );
  });

  test('or to the mistake with the same words', () => {
    const note = noteFor(
      notes('06-which-layer'),
      'report',
      'A global layer at the bottom is useless',
    )!;
    expect(plainOf(note.html)).toMatch(/^So a global layer at the bottom is useless/);
  });

  test('otherwise is the guide’s sentence about the exercise, if any', () => {
    const reach = notes('03-reach');
    const note = noteFor(reach, 'layers-for-28', '999')!;
    expect(note.from).toBe('expected');
    expect(plainOf(note.html)).toMatch(/^layers-for-28 \(number\): 28 \/ 5/);
    expect(noteFor(reach, 'no-such-exercise', '999')).toBeUndefined();
    expect(noteFor(notesOf(''), 'a', 'b')).toBeUndefined();
  });

  test('exists in every lesson’s guide', () => {
    for (const id of Object.keys(lessonFiles()))
      expect(notesOf(guideHtml(id)).mistakes.length, id).toBeGreaterThan(2);
  });
});

describe('predictions', () => {
  const predict: Exercise = {
    id: 'p',
    kind: 'predict',
    ask: '?',
    hints: ['a', 'b', 'c'],
    rules: kinds.get('predict'),
    of: { metric: 'accuracy', run: 0, min: 0, max: 1, close: 0.1, band: [0.06, 0.2] },
  };

  test('list the readers who were far off, the furthest first, with the measured value', () => {
    const people = [
      person('near', { p: { answer: 0.15, right: true } }),
      person('half', { p: { answer: 0.5, right: true } }),
      person('all', { p: { answer: 1, right: true, came: 0.14 } }),
      person('later', { p: { answer: 0.1, first: 0.9, right: true, tries: 2 } }),
    ];
    expect(farOff(predict, people, 0.09).map(({ name, source }) => [name, source])).toEqual([
      ['all', 'own'],
      ['later', 'recorded'],
      ['half', 'recorded'],
    ]);
    expect(farOff(predict, people, undefined)[1]).toMatchObject({
      came: 0.13,
      source: 'band',
      side: 'high',
    });
  });

  test('have as measured value the recording of the run they are about', async () => {
    const { readFile: open } = await import('node:fs/promises');
    const saved = readFile(await open('public/recorded/races/needle.json', 'utf8'));
    const known = { recordings: ['needle'], models: [] };
    const step = lessonOf(
      readDocument(
        '04-x',
        '---\ntitle: X\nsummary: Y.\nlearned: a\nlearned: b\nlearned: c\n---\n\n## One\n\nText.\n\n```scene\n{ "start": "needle", "runs": [{ "plan": "local" }], "show": ["curve"] }\n```\n',
      ),
      known,
      kinds,
    ).steps[0]!;
    const value = recordedOf(predict, step, saved)!;
    expect(value).toBeGreaterThan(0.05);
    expect(value).toBeLessThan(0.2);
  });
});

describe('one person over all lessons', () => {
  const steps = [{ slug: 'a', title: 'A', exercises: [{ id: 'x' }, { id: 'y' }] }];
  const head = () => ({ steps }) as unknown as ReturnType<Parameters<typeof peopleOf>[1]>;
  const room = {
    results: [
      resultOf('Zoë', { x: { right: true } }),
      resultOf('ada', { x: { right: true }, y: { right: true } }),
      resultOf('zoe\u0308', { y: { right: true, shown: true } }, '04-the-cliff'),
      resultOf('', { x: { right: true } }),
      { lesson: 'test-1-before', who: 'Bob', progress: progressOf({}) },
    ],
  };

  test('has all results under one name, with the test and the nameless separate', () => {
    const people = peopleOf(room, head);
    expect(people.map(({ name, lessons }) => [name, lessons.size])).toEqual([
      ['ada', 1],
      ['Zoë', 2],
    ]);
    expect(people[1]!.lessons.get('03-reach')!.score).toMatchObject({ right: 1, exercises: 2 });
    expect(people[1]!.lessons.get('04-the-cliff')!.score).toMatchObject({ right: 0 });
  });

  test('numbers that replace names follow the order of arrival, not the alphabet', () => {
    expect(peopleOf(room, head, true).map(({ name }) => name)).toEqual([
      'Participant 2',
      'Participant 1',
    ]);
    expect([...numbersOf(room).values()]).toEqual([1, 2, 3]);
  });
});

describe('a lesson’s HTML as plain text', () => {
  test('has no tags, formula sources or claims, and keeps its characters', () => {
    expect(
      plainOf(
        'at &lt; <b>6</b> &amp; <math><mi>W</mi><annotation>W</annotation></math> &#8722;1 <span class="claim proved" title="x">proved</span>',
      ),
    ).toBe('at < 6 & W −1');
    expect(withoutClaims('so <a class="claim source" href="https://x">Song</a>.')).toBe('so.');
  });
});
