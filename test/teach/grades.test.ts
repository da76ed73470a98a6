/** @file A class's results for course systems: columns, quoting and harmless cells, and the shapes of xAPI. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canvasCsv, moodleCsv } from '../../src/app/teach/classGrades';
import { statementsOf } from '../../src/app/teach/classStatements';
import { tableOf } from '../../src/app/teach/classTable';
import type { Answered } from '../../src/lessons/progress';
import type { LessonResult } from '../../src/lessons/result';
import { lessons } from '../lessons/all';

const lesson = lessons.find(({ id }) => id === '03-reach')!;
const exercises = lesson.steps.flatMap((step) => step.exercises);
const graded = exercises.filter(({ kind }) => kind !== 'predict' && kind !== 'explain');
const SOLVED: Answered = { answer: 1, right: true, tries: 1, hints: 0 };
const END = { done: [], read: [lesson.steps.at(-1)!.slug] };
const all = Object.fromEntries(exercises.map(({ id }) => [id, SOLVED]));
const half = Object.fromEntries(graded.slice(0, 3).map(({ id }) => [id, SOLVED]));
const result = (who: string, answers: Record<string, Answered>): LessonResult => ({
  lesson: lesson.id,
  who,
  progress: { ...END, answers, seconds: { one: 61, two: 30 } },
});
const tableFor = (...results: LessonResult[]) => tableOf(lesson, results);

/** A CSV file by RFC 4180, read character by character. */
function parsed(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let [field, quoted] = ['', false];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (quoted) {
      if (sign === '"' && text[i + 1] === '"') field += text[++i]!;
      else if (sign === '"') quoted = false;
      else field += sign;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === ',' || sign === '\r') {
      rows.at(-1)!.push(field);
      field = '';
    } else if (sign === '\n') rows.push([]);
    else field += sign;
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

describe('grades for Moodle', () => {
  test('have a column per way to identify a user, and one grade item', () => {
    const rows = parsed(moodleCsv(lesson, tableFor(result('Ada', all), result('b@x.org', half))));
    const score = String(Math.floor((100 * 3) / graded.length));
    expect(rows).toEqual([
      ['Email address', 'ID number', 'Participant', 'Zebra Lab: Reach'],
      ['', '', 'Ada', '100'],
      ['b@x.org', '', 'b@x.org', score],
    ]);
  });
});

describe('grades for Canvas', () => {
  test('have the columns that Canvas requires, in its order, and the points possible', () => {
    const rows = parsed(canvasCsv(lesson, tableFor(result('Lovelace, Ada', all))));
    expect(rows).toEqual([
      ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'Zebra Lab: Reach'],
      ['    Points Possible', '', '', '', '', '100'],
      ['Lovelace, Ada', '', '', '', '', '100'],
    ]);
  });
});

test('any name gives lines of as many fields as the head, none of which a spreadsheet executes', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom('=1+1', '@SUM(A1)', '-2', '+3', 'a;=1', '"quoted", name', '＝1', "'", '\t=1'),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const table = tableFor(...names.map((who) => result(who, half)));
      for (const write of [moodleCsv, canvasCsv]) {
        const rows = parsed(write(lesson, table));
        const lead = write === canvasCsv ? 2 : 1;
        expect(rows).toHaveLength(names.length + lead);
        for (const row of rows) {
          expect(row).toHaveLength(rows[0]!.length);
          for (const cell of row) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
        }
      }
    }),
  );
});

describe('xAPI statements', () => {
  const SITE = 'https://school.example/zebra/#/class?';
  const of = (...results: LessonResult[]) => statementsOf(lesson, tableFor(...results), SITE);

  test('say who passed which lesson, with a score and a duration', () => {
    expect(of(result('Ada', all))[0]).toEqual({
      actor: {
        objectType: 'Agent',
        name: 'Ada',
        account: { homePage: 'https://school.example/zebra/', name: 'Ada' },
      },
      verb: { id: 'http://adlnet.gov/expapi/verbs/passed', display: { en: 'passed' } },
      object: {
        objectType: 'Activity',
        id: 'https://school.example/zebra/lessons/03-reach',
        definition: {
          type: 'http://adlnet.gov/expapi/activities/lesson',
          name: { en: 'Reach' },
        },
      },
      result: {
        completion: true,
        success: true,
        score: { scaled: 1, raw: 100, min: 0, max: 100 },
        duration: 'PT91S',
      },
    });
  });

  test('have the shapes of the specification, whatever the results', () => {
    const answered = fc.record({
      answer: fc.oneof(fc.nat(9), fc.string(), fc.constant(null)),
      right: fc.boolean(),
      tries: fc.nat(3),
      hints: fc.nat(3),
      shown: fc.boolean(),
    });
    const answers = fc.tuple(...exercises.map(() => fc.option(answered, { nil: undefined })));
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), answers, (who, given) => {
        const mine = Object.fromEntries(
          given.flatMap((one, i) => (one ? [[exercises[i]!.id, one as Answered] as const] : [])),
        );
        const statements = of(result(who, mine));
        const whole = statements[0]!;
        expect(statements.length).toBeGreaterThan(0);
        for (const one of statements) {
          // Exactly one inverse functional identifier: an account.
          expect(Object.keys(one.actor).sort()).toEqual(['account', 'name', 'objectType']);
          expect(one.actor.account.name).not.toBe('');
          expect(new URL(one.actor.account.homePage).protocol).toBe('https:');
          expect(one.verb.id).toMatch(
            /^http:\/\/adlnet\.gov\/expapi\/verbs\/(passed|failed|completed|attempted|answered)$/,
          );
          expect(URL.canParse(one.object.id)).toBe(true);
          expect(one.object.id).toContain('https://school.example/zebra/lessons/03-reach');
          const { score, success, completion, duration, response } = one.result as {
            score?: { scaled: number; raw: number; min: number; max: number };
            success?: unknown;
            completion?: unknown;
            duration?: string;
            response?: unknown;
          };
          if (score) {
            expect(Math.abs(score.scaled)).toBeLessThanOrEqual(1);
            expect(score.raw).toBeGreaterThanOrEqual(score.min);
            expect(score.raw).toBeLessThanOrEqual(score.max);
          }
          for (const flag of [success, completion])
            expect(['boolean', 'undefined']).toContain(typeof flag);
          if (duration !== undefined) expect(duration).toMatch(/^PT\d+S$/); // ISO 8601
          if (response !== undefined) expect(typeof response).toBe('string');
          if ('context' in one)
            expect(one.context.contextActivities.parent).toEqual([whole.object]);
        }
        expect(JSON.parse(JSON.stringify(statements))).toEqual(statements);
      }),
    );
  });

  test('tell what was answered, and judge neither predictions nor explanations', () => {
    const each = of(result('Ada', all)).slice(1);
    expect(each).toHaveLength(exercises.length);
    for (const [i, one] of each.entries()) {
      expect(one.object.id).toMatch(new RegExp(`#${exercises[i]!.id}$`));
      expect('success' in one.result).toBe(graded.includes(exercises[i]!));
    }
  });
});
