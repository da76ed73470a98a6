/** @file What a reader has done, as stored on their machine. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  firstTriesOf,
  answeredAfter,
  lessonProgressOf,
  readProgress,
  scoreOf,
  writeProgress,
} from '../../src/lessons/progress';

const slug = fc
  .stringMatching(/^[a-z0-9]{1,16}(-[a-z0-9]{1,16}){0,2}$/)
  .filter((text) => text.length <= 64);
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({
    unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    minLength: 1900,
    maxLength: 2000,
  }),
);
const answer = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  fc.array(fc.nat(8), { maxLength: 64 }),
  fc.record({ text, found: fc.array(fc.nat(4), { maxLength: 5 }) }),
);
const answered = fc.record(
  {
    answer,
    first: answer,
    right: fc.boolean(),
    tries: fc.nat(100_000),
    hints: fc.nat(3),
    shown: fc.constant(true),
    came: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  },
  { requiredKeys: ['answer', 'tries', 'hints'] },
);
const progress = fc.dictionary(
  slug,
  fc.record(
    {
      done: fc.uniqueArray(slug, { maxLength: 40 }),
      read: fc.uniqueArray(slug, { maxLength: 40 }),
      answers: fc.dictionary(slug, answered, { maxKeys: 12 }),
      at: slug,
      reached: fc.dictionary(slug, fc.array(fc.constantFrom('trained 300', 'selected')), {
        maxKeys: 9,
      }),
    },
    { requiredKeys: ['done', 'answers'] },
  ),
  { maxKeys: 13 },
);

test('any progress in any lessons is read back as it was stored', () => {
  fc.assert(
    fc.property(progress, (all) => {
      expect(readProgress(writeProgress(all))).toEqual(all);
    }),
    { numRuns: 60 },
  );
});

test('an answer tried more often than the counter allows is still stored', () => {
  const before = { answer: 'a', right: false, tries: 100_000, hints: 0 };
  const after = answeredAfter(before, { answer: 'b', right: true });
  const all = { reach: { done: [], answers: { a: after } } };
  expect(readProgress(writeProgress(all))['reach']!.answers['a']).toEqual(after);
});

test('progress from before endings and measured predictions existed keeps its meaning', () => {
  const old =
    '{"version":1,"lessons":{"00-play":{"done":["turn-things"],"answers":{"all-white":{"answer":1,"tries":1,"hints":0,"right":true}},"at":"repair-it"}}}';
  expect(readProgress(old)['00-play']).toEqual({
    done: ['turn-things'],
    answers: { 'all-white': { answer: 1, tries: 1, hints: 0, right: true } },
    at: 'repair-it',
  });
});

test('goals reached are read if they are stored as keys of steps, and left out otherwise', () => {
  const reached = (value: unknown) =>
    lessonProgressOf({ done: [], answers: {}, reached: value })?.reached;
  expect(reached({ play: ['trained 300'] })).toEqual({ play: ['trained 300'] });
  expect(reached({ play: ['trained 300'], other: 'selected', 'No slug': [] })).toEqual({
    play: ['trained 300'],
  });
  for (const value of [undefined, null, 'all', ['selected']])
    expect(reached(value)).toBeUndefined();
  // An older page reads the other fields and passes over this one.
  expect(lessonProgressOf({ done: ['play'], answers: {}, later: { play: [1] } })).toEqual({
    done: ['play'],
    answers: {},
  });
});

test('exercises that a link left out do not count as missing, and those answered anyway count', () => {
  const lesson = {
    steps: [
      { slug: 'one', exercises: [{ id: 'a' }, { id: 'b' }] },
      { slug: 'two', exercises: [{ id: 'c' }] },
    ],
  };
  const solved = { answer: 1, right: true, tries: 1, hints: 0 };
  const progress = { done: [], read: ['two'], answers: { a: solved }, closed: ['b', 'c'] };
  expect(scoreOf(lesson, progress)).toEqual({ steps: 2, done: 2, exercises: 1, right: 1 });
  expect(scoreOf(lesson, { ...progress, closed: ['a', 'b', 'c'] }).exercises).toBe(1);
  expect(scoreOf(lesson, { done: [], answers: { a: solved } }).exercises).toBe(3);
  // In a result, where older class pages ignore it.
  expect(lessonProgressOf(progress)).toEqual(progress);
  expect(lessonProgressOf({ ...progress, closed: 'all' })).not.toHaveProperty('closed');
});

test('first tries count only what the page can check: no predictions, no explanations, no answers shown', () => {
  const steps = [
    {
      exercises: [
        { id: 'a', kind: 'number' },
        { id: 'b', kind: 'choice' },
        { id: 'c', kind: 'paint' },
        { id: 'd', kind: 'predict' },
        { id: 'e', kind: 'explain' },
      ],
    },
  ];
  const right = { answer: '', right: true, hints: 0 };
  const answers = {
    a: { ...right, tries: 1 },
    b: { ...right, tries: 3 },
    c: { ...right, right: false, tries: 1, shown: true as const },
    d: { ...right, tries: 1 },
    e: { ...right, tries: 1 },
  };
  expect(firstTriesOf({ steps }, { done: [], answers })).toEqual({ checked: 3, first: 1 });
  expect(firstTriesOf({ steps }, { done: [], answers: {} })).toEqual({ checked: 3, first: 0 });
});
