/** @file What a course is told about a lesson, and what it keeps of a student's progress. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { betterOf, outcomeOf, PASS, type Outcome } from '../../src/lessons/outcome';
import {
  lessonProgressOf,
  NOTHING,
  type Answered,
  type LessonProgress,
} from '../../src/lessons/progress';
import { LONGEST, readSuspended, writeSuspended } from '../../src/lessons/suspended';
import { lessons } from './all';

const SOLVED: Answered = { answer: 1, right: true, tries: 1, hints: 0 };
const SHOWN: Answered = { answer: 1, right: true, tries: 1, hints: 3, shown: true };

/** Five graded exercises in two steps, a prediction and an explanation. */
const lesson = {
  steps: [
    { slug: 'one', exercises: ['a', 'b', 'c'].map((id) => ({ id, kind: 'number' })) },
    {
      slug: 'two',
      exercises: [
        ...['d', 'e'].map((id) => ({ id, kind: 'choice' })),
        { id: 'guess', kind: 'predict' },
        { id: 'why', kind: 'explain' },
      ],
    },
  ],
};
const after = (answers: Record<string, Answered>, end = true): LessonProgress => ({
  done: [],
  answers,
  ...(end && { read: ['two'] }),
});
const each = (ids: string, answered: Answered) =>
  Object.fromEntries([...ids].map((id) => [id, answered]));

describe('the outcome of a lesson', () => {
  test.each<[string, LessonProgress, Outcome]>([
    ['nothing', NOTHING, { status: 'incomplete', score: 0 }],
    ['all but the end', after(each('abcde', SOLVED), false), { status: 'incomplete', score: 100 }],
    ['all', after(each('abcde', SOLVED)), { status: 'passed', score: 100 }],
    ['enough', after(each('abcd', SOLVED)), { status: 'passed', score: PASS }],
    ['too few, the rest open', after(each('abc', SOLVED)), { status: 'incomplete', score: 60 }],
    [
      'too few, the rest shown',
      after({ ...each('abc', SOLVED), ...each('de', SHOWN) }),
      { status: 'failed', score: 60 },
    ],
    ['only the end', after({}), { status: 'incomplete', score: 0 }],
    [
      'every step, without the end',
      after({ ...each('abcde', SOLVED), guess: SOLVED, why: SOLVED }, false),
      { status: 'passed', score: 100 },
    ],
    [
      'exercises that the link left out do not count',
      { ...after(each('ab', SOLVED)), closed: ['c', 'd', 'e'] },
      { status: 'passed', score: 100 },
    ],
  ])('%s', (_, progress, outcome) => {
    expect(outcomeOf(lesson, progress)).toEqual(outcome);
  });

  test('has no score if nothing is graded: such a lesson is completed at its end', () => {
    const plain = {
      steps: [{ slug: 'two', exercises: [{ id: 'why', kind: 'explain' }] }],
    };
    expect(outcomeOf(plain, NOTHING)).toEqual({ status: 'incomplete' });
    expect(outcomeOf(plain, after({}))).toEqual({ status: 'completed' });
  });

  test('is a better one or stays, when a student starts over', () => {
    const passed: Outcome = { status: 'passed', score: 80 };
    expect(betterOf(passed, { status: 'incomplete', score: 0 })).toBe(passed);
    expect(betterOf(passed, { status: 'passed', score: 100 }).score).toBe(100);
    expect(betterOf({ status: 'failed', score: 60 }, passed)).toBe(passed);
    expect(betterOf({ status: 'incomplete', score: 40 }, { status: 'failed', score: 20 })).toEqual({
      status: 'failed',
      score: 20,
    });
  });

  test.each(lessons.map((one) => [one.id, one] as const))(
    '%s can be passed, and has graded exercises',
    (_, one) => {
      const answers = Object.fromEntries(
        one.steps.flatMap(({ exercises }) => exercises).map(({ id }) => [id, SOLVED]),
      );
      expect(outcomeOf(one, { done: [], answers })).toMatchObject({ score: 100 });
      expect(outcomeOf(one, { done: [], answers, read: [one.steps.at(-1)!.slug] })).toEqual({
        status: 'passed',
        score: 100,
      });
    },
  );
});

describe('suspended data', () => {
  const slug = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,8}){0,3}$/);
  const answered = fc.record(
    {
      answer: fc.oneof(
        fc.integer(),
        fc.string(),
        fc.array(fc.nat(99), { maxLength: 20 }),
        fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
      ),
      tries: fc.nat(1000),
      hints: fc.nat(3),
      right: fc.boolean(),
      shown: fc.constant(true),
      first: fc.oneof(fc.constant(null), fc.nat(99), fc.string()),
      came: fc.double({ min: 0, max: 5, noNaN: true }).map((value) => value + 0),
    },
    { requiredKeys: ['answer', 'tries', 'hints'] },
  );
  const progress = fc.record(
    {
      done: fc.uniqueArray(slug, { maxLength: 10 }),
      answers: fc.dictionary(slug, answered, { maxKeys: 14 }),
      read: fc.uniqueArray(slug, { maxLength: 10 }),
      at: slug,
      reached: fc.dictionary(slug, fc.array(fc.string({ minLength: 1, maxLength: 20 }))),
      seconds: fc.dictionary(slug, fc.integer({ min: 1, max: 6000 }), { minKeys: 1 }),
    },
    { requiredKeys: ['done', 'answers'] },
  );

  test('comes back as it was, if it is short enough', () => {
    let whole = 0;
    fc.assert(
      fc.property(progress, (one) => {
        const text = writeSuspended({ progress: one as LessonProgress });
        expect(text.length).toBeLessThanOrEqual(LONGEST);
        expect(text).toMatch(/^z1\.[\w-]+$/);
        const { progress: back } = readSuspended(text);
        const stored = lessonProgressOf(JSON.parse(JSON.stringify(one)))!;
        if (stored.seconds && !back.seconds) return; // it was too long
        whole++;
        expect(back).toEqual(stored);
      }),
    );
    expect(whole).toBeGreaterThan(30);
  });

  test('of a whole lesson with every answer fits, and keeps what was solved', () => {
    for (const { id, steps } of lessons) {
      const exercises = steps.flatMap((step) => step.exercises);
      // Text of random letters hardly packs: the worst case, an essay of 2,000 characters each.
      const [essay] = fc.sample(fc.string({ minLength: 2000, maxLength: 2000 }), {
        numRuns: 1,
        seed: 1,
      });
      const full: LessonProgress = {
        done: steps.map((step) => step.slug),
        read: steps.map((step) => step.slug),
        at: 'end',
        answers: Object.fromEntries(
          exercises.map((one) => [
            one.id,
            { ...SOLVED, answer: { text: essay + one.id }, first: essay },
          ]),
        ),
        seconds: Object.fromEntries(steps.map((step) => [step.slug, 321])),
      };
      const best: Outcome = { status: 'passed', score: 87 };
      const text = writeSuspended({ progress: full, best });
      expect(text.length, id).toBeLessThanOrEqual(LONGEST);
      const back = readSuspended(text);
      expect(back.best).toEqual(best);
      expect(back.progress.read).toEqual(full.read);
      for (const one of exercises) expect(back.progress.answers[one.id]?.right, one.id).toBe(true);
    }
  });

  test('loses the time first, then first answers, then long answers', () => {
    const filler = (length: number, seed: number) =>
      fc.sample(fc.string({ minLength: length, maxLength: length }), { numRuns: 1, seed })[0]!;
    const written = (first: number, long: number) => {
      const one: LessonProgress = {
        ...{ done: [], seconds: { one: 9 } },
        answers: {
          why: { ...SOLVED, answer: { text: filler(long, 1) }, first: filler(first, 2) },
          a: { ...SOLVED, answer: 7 },
        },
      };
      const back = readSuspended(writeSuspended({ progress: one })).progress;
      const { answer, first: kept } = back.answers['why']!;
      expect(back.answers['a']!.answer).toBe(7);
      return [back.seconds !== undefined, kept !== undefined, answer !== undefined];
    };
    expect(written(100, 100)).toEqual([true, true, true]);
    expect(written(4000, 100)).toEqual([false, false, true]);
    expect(written(100, 4000)).toEqual([false, false, false]);
  });

  test('cannot be faked into anything but a progress or a refusal', () => {
    const good = writeSuspended({ progress: after(each('abc', SOLVED)) });
    const changed = fc
      .tuple(fc.nat(good.length - 1), fc.constantFrom(...'aZ9-_.!'))
      .map(([at, letter]) => good.slice(0, at) + letter + good.slice(at + 1));
    const cut = fc.nat(good.length - 1).map((length) => good.slice(0, length));
    fc.assert(
      fc.property(
        fc.oneof(
          changed,
          cut,
          fc.string(),
          fc.string().map((s) => `z1.${s}`),
        ),
        (text) => {
          try {
            readSuspended(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
    );
    expect(() => readSuspended('')).toThrow(InputError);
    expect(() => readSuspended(good.slice(0, -4))).toThrow(InputError);
  });

  test('written by this version opens forever', () => {
    // Never change this text: course systems keep it.
    const MADE =
      'z1.q1ZKUbKKVsrPS1WK1VEqQmInKllVg4joaMNYHUMdAzDOK83J0Yk2igXKJ8GljIHYECJlEFuro1SgZKVUUp6vpKNUDDIDZJ6VsQFQAqTFQMcIqAgA';
    expect(readSuspended(MADE)).toEqual({
      progress: {
        done: ['one'],
        read: ['one'],
        answers: { a: { ...SOLVED, first: 2 }, b: SHOWN },
        at: 'two',
        seconds: { one: 30 },
      },
      best: { status: 'incomplete', score: 20 },
    });
  });
});
