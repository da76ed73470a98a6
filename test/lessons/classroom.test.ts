import { csvParse, csvParseRows } from 'd3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  EMPTY_ROOM,
  LARGEST_TEXT,
  lessonsIn,
  MAX_RESULTS,
  remove,
  resultsOf,
  sayOutcome,
  sayRefused,
  type Classroom,
  type Given,
} from '../../src/lessons/classroom';
import { csvOfClass } from '../../src/app/teach/classCsv';
import { sayHow, tableOf } from '../../src/app/teach/classTable';
import { distributionOf } from '../../src/app/teach/distribution';
import { readDocument } from '../../src/lessons/document';
import { kinds } from '../../src/lessons/kinds';
import { lessonOf } from '../../src/lessons/lesson';
import type { Answered } from '../../src/lessons/progress';
import { codeOf, readResult, writeResult, type LessonResult } from '../../src/lessons/result';
import { timed } from '../support/cpu';

const LESSONS = new Set(['03-reach', '04-the-cliff']);

/** Any UTF-16, including halves of surrogate pairs. */
const anySign = fc.nat(0xffff).map((code) => String.fromCharCode(code));
const resultOf = (who: string, right = true, lesson = '03-reach'): LessonResult => ({
  lesson,
  who,
  progress: { done: [], answers: { a: { answer: '21', right, tries: 1, hints: 0 } } },
});
const file = (result: LessonResult, name = 'a.json'): Given => ({
  name,
  text: writeResult(result),
});
const pasted = (text: string): Given => ({ name: 'What was pasted', text });
const put = (room: Classroom, ...given: readonly Given[]) => add(room, given, LESSONS);
const whoIn = (room: Classroom) => room.results.map(({ who }) => who);

describe('results are gathered', () => {
  test('from files and from codes', () => {
    const { room, added } = put(EMPTY_ROOM, file(resultOf('Ada')), pasted(codeOf(resultOf('Bob'))));
    expect([whoIn(room), added]).toEqual([['Ada', 'Bob'], 2]);
  });

  test('from codes in the middle of a chat', () => {
    const text = `Ada: here it is ${codeOf(resultOf('Ada'))} thanks!\nBob (10:42)\n  "${codeOf(resultOf('Bob'))}"\nnothing yet, sorry. Eve`;
    const { room, refused } = put(EMPTY_ROOM, pasted(text));
    expect([whoIn(room), refused]).toEqual([['Ada', 'Bob'], []]);
  });

  test('from codes that a mail program broke into lines', () => {
    const broken = codeOf(resultOf('Ada')).replaceAll(/(.{40})/g, '$1\r\n');
    expect(whoIn(put(EMPTY_ROOM, pasted(`Hello,\n${broken}\nBye.\n${broken}`)).room)).toEqual([
      'Ada',
    ]);
  });

  test('one per code, whatever was typed before and after', () => {
    const words = fc.string({ maxLength: 30 }).filter((text) => !/zebra1|[\w-]$|^[\w-]/.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 5 }), (lines) => {
        const text = lines
          .map(([before, after], i) => `${before} ${codeOf(resultOf(`n${i}`))} ${after}`)
          .join('\n');
        fc.pre(!text.trim().startsWith('{'));
        expect(whoIn(put(EMPTY_ROOM, pasted(text)).room)).toEqual(lines.map((_, i) => `n${i}`));
      }),
    );
  });

  test('a newer result of the same person and lesson replaces the earlier one', () => {
    const { room } = put(EMPTY_ROOM, file(resultOf('Ada', false)), file(resultOf('Bob')));
    const next = put(room, file(resultOf('ada', true)));
    expect(whoIn(next.room)).toEqual(['ada', 'Bob']);
    expect(next.room.results[0]!.progress.answers['a']!.right).toBe(true);
    expect(sayOutcome(next)).toBe('1 replaced by a newer one of the same name.');
  });

  test('the same person in another lesson has another result', () => {
    const { room } = put(
      EMPTY_ROOM,
      file(resultOf('Ada')),
      file(resultOf('Ada', true, '04-the-cliff')),
    );
    expect(lessonsIn(room)).toEqual(['03-reach', '04-the-cliff']);
    expect(resultsOf(room, '03-reach')).toHaveLength(1);
  });

  test('people without a name are kept apart, but the same result twice is one', () => {
    const { room } = put(EMPTY_ROOM, file(resultOf('', true)), file(resultOf('', false)));
    expect(room.results).toHaveLength(2);
    const again = put(room, pasted(codeOf(resultOf('', false))));
    expect(again.room.results).toHaveLength(2);
    expect(sayOutcome(again)).toBe('1 was there already.');
  });

  test('they are sorted by name, and those without a name come last', () => {
    const { room } = put(EMPTY_ROOM, ...['Zoë', '', 'ada'].map((who) => file(resultOf(who))));
    expect(resultsOf(room, '03-reach').map(({ who }) => who)).toEqual(['ada', 'Zoë', '']);
  });

  test('one can be removed', () => {
    const { room } = put(EMPTY_ROOM, file(resultOf('Ada')), file(resultOf('Bob')));
    expect(whoIn(remove(room, room.results[0]!))).toEqual(['Bob']);
    expect(whoIn(room)).toEqual(['Ada', 'Bob']);
  });
});

describe('an unreadable result is refused by name and reason, and the rest is kept', () => {
  test.each([
    [
      'a picture',
      { name: 'photo.png', text: '\x89PNG\r\n\x1A\n' },
      /^photo.png$/,
      /neither a code/,
    ],
    ['an empty file', { name: 'empty.json', text: ' \n' }, /^empty.json$/, /it is empty/],
    [
      'half a file',
      { name: 'b.json', text: writeResult(resultOf('B')).slice(0, -9) },
      /^b.json$/,
      /neither/,
    ],
    ['a cut code', pasted(codeOf(resultOf('B')).slice(0, 60)), /pasted$/, /cut or changed/],
    [
      'a lesson that is not here',
      file(resultOf('B', true, '99-moon')),
      /a.json/,
      /'99-moon' is not on this site/,
    ],
    [
      'a book',
      { name: 'book.txt', text: 'x'.repeat(LARGEST_TEXT + 1) },
      /book.txt/,
      /1048577 characters/,
    ],
  ])('%s', (_, given, name, why) => {
    const before = put(EMPTY_ROOM, file(resultOf('Ada'))).room;
    const { room, refused, added } = put(before, given, file(resultOf('Bob')));
    expect([whoIn(room), added]).toEqual([['Ada', 'Bob'], 1]);
    expect(refused).toHaveLength(1);
    expect(refused[0]!.name).toMatch(name);
    expect(refused[0]!.why).toMatch(why);
  });

  test('one truncated code among whole ones', () => {
    const codes = ['Ada', 'Bob', 'Eve'].map((who) => codeOf(resultOf(who)));
    codes[1] = codes[1]!.slice(0, 40);
    const { room, refused } = put(EMPTY_ROOM, pasted(codes.join('\n')));
    expect(whoIn(room)).toEqual(['Ada', 'Eve']);
    expect(refused.map(({ name }) => name)).toEqual(['What was pasted, code 2']);
  });

  test('too many results; a person already in the class may still replace one', () => {
    const many = Array.from({ length: MAX_RESULTS + 3 }, (_, i) => file(resultOf(`p${i}`)));
    const full = put(EMPTY_ROOM, ...many);
    expect([full.room.results.length, full.refused.length]).toEqual([MAX_RESULTS, 3]);
    expect(full.refused[0]!.why).toMatch(/room for 600 results/);
    const next = put(full.room, file(resultOf('p0', false)), file(resultOf('late')));
    expect([next.room.results.length, next.replaced, next.refused.length]).toEqual([
      MAX_RESULTS,
      1,
      1,
    ]);
  });

  test('of a thousand refusals only the first are listed', () => {
    const refused = Array.from({ length: 1000 }, (_, i) => ({ name: `${i}`, why: 'bad' }));
    expect(sayRefused(refused)).toHaveLength(21);
    expect(sayRefused(refused).at(-1)!.name).toBe('980 more');
    expect(sayRefused(refused.slice(0, 20))).toHaveLength(20);
  });

  test('any input leaves existing results unchanged', () => {
    const before = put(EMPTY_ROOM, file(resultOf('Ada'))).room;
    const text = fc.oneof(
      fc.string({ unit: anySign }),
      fc.json(),
      fc.string().map((s) => `zebra1.${s}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
        const { room, refused, added } = put(before, ...texts.map(pasted));
        expect(room.results[0]).toBe(before.results[0]);
        expect(added).toBe(0);
        expect(refused.length).toBeGreaterThanOrEqual(texts.length);
      }),
    );
  });

  test('a name with markup in it stays a name', () => {
    const who = '<script>alert(1)</script>';
    expect(whoIn(put(EMPTY_ROOM, pasted(codeOf(resultOf(who)))).room)).toEqual([who]);
  });

  test('a long text without an end is searched at once', () => {
    const long = [`zebra1.${'a b '.repeat(200_000)}`, 'zebra1.'.repeat(100_000)].map(pasted);
    expect(timed(() => put(EMPTY_ROOM, ...long)).ms).toBeLessThan(5000); // a quadratic search takes minutes
  });
});

// ------------------------------------------------------------------------------------------------ table, distribution, CSV

const HINTS = '"hints": ["a", "b", "c"]';
const exercise = (json: string) => `\n\`\`\`exercise\n{ ${json}, "ask": "?", ${HINTS} }\n\`\`\`\n`;
/** One of each kind. */
const LESSON = lessonOf(
  readDocument(
    '03-reach',
    `---\ntitle: Reach\nsummary: All kinds.\nlearned: a\nlearned: b\nlearned: c\n---\n\n## One\n\nText.\n${[
      `"id": "number", "kind": "number", "quantity": "reach", "with": { "plan": "local", "window": 6, "layers": 4 }`,
      `"id": "paint", "kind": "paint", "mask": "causal", "tokens": 3`,
      `"id": "predict", "kind": "predict", "band": [0.1, 0.3], "after": 50, "tooHigh": "h", "tooLow": "l", "near": "n", "change": "<button data-set=\\"window=9\\">9</button>"`,
      `"id": "choice", "kind": "choice", "options": [{ "text": "<b>A</b>", "says": "no" }, { "text": "B", "says": "yes", "right": true }]`,
      `"id": "order", "kind": "order", "text": ["x", "y", "z"], "because": "so"`,
      `"id": "explain", "kind": "explain", "answer": "m", "points": ["p", "q"]`,
      `"id": "bug", "kind": "bug", "bug": "one-too-many"`,
      `"id": "target", "kind": "target", "want": { "quantity": "reach", "atLeast": 20 }, "least": "pairs", "vary": { "window": [2, 6, 8] }`,
    ]
      .map(exercise)
      .join('')}`,
  ),
  { recordings: [], models: [] },
  kinds,
);

const EXERCISES = LESSON.steps.flatMap((step) => step.exercises);
const of = (id: string) => EXERCISES.find((one) => one.id === id)!;
const answered = (who: string, answers: Record<string, Partial<Answered>>): LessonResult =>
  readResult(
    JSON.stringify({
      format: 'zebra-lab-result',
      version: 1,
      lesson: '03-reach',
      who,
      progress: {
        done: [],
        answers: Object.fromEntries(
          Object.entries(answers).map(([id, one]) => [id, { tries: 1, hints: 0, ...one }]),
        ),
      },
    }),
  );
const solve = (id: string) => of(id).rules.solve(of(id).of).answer;
const chartOf = (id: string, ...answers: readonly Partial<Answered>[]) =>
  distributionOf(
    of(id),
    answers.map((one, i) => ({ name: `n${i}`, result: answered(`n${i}`, { [id]: one }) })),
  );

describe('the table of a lesson', () => {
  const rows = [
    answered('Ada', { number: { answer: '21', right: true, tries: 2, hints: 1 } }),
    answered('Bob', { number: { answer: '24', right: false, tries: 3 } }),
    answered('', { number: { answer: '21', right: false, shown: true, tries: 2, hints: 3 } }),
    answered('Eve', {
      number: { answer: '', tries: 0, hints: 2 },
      predict: { answer: 0.5, right: true },
    }),
  ];

  test('counts an exercise only for those whose link left it open', () => {
    const [first] = rows;
    const under = { ...first!, progress: { ...first!.progress, closed: [EXERCISES[1]!.id] } };
    const { could, rows: lines } = tableOf(LESSON, [under, ...rows.slice(1)]);
    expect(could).toEqual([4, 3, 4, 4, 4, 4, 4, 4]);
    expect(lines[0]!.cells[1]!.state).toBe('closed');
    expect(lines.map(({ score }) => score.exercises)).toEqual([7, 8, 8, 8]);
  });

  test('shows how far each reader got, in how many tries, with how many hints', () => {
    const { rows: lines, columns, solved } = tableOf(LESSON, rows);
    expect(columns.map(({ exercise: { id } }) => id)).toEqual(EXERCISES.map(({ id }) => id));
    expect(lines.map(({ name }) => name)).toEqual(['Ada', 'Bob', 'Participant 3', 'Eve']);
    expect(
      lines.map(({ cells }) => [cells[0]!.state, cells[0]!.answer, sayHow(cells[0]!)]),
    ).toEqual([
      ['solved', '21', '2 tries, 1 hint'],
      ['tried', '24', '3 tries'],
      ['shown', '21', '2 tries, 3 hints'],
      ['hinted', '', '2 hints'],
    ]);
    expect(lines[3]!.cells[2]).toMatchObject({ state: 'far', answer: '50 %' });
    expect(lines[0]!.cells[7]!.state).toBe('untouched');
    expect(solved).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    // A far-off prediction is done in the lesson, and not solved here.
    expect(lines.map(({ solved: own, could, score }) => [own, could, score.right])).toEqual([
      [1, 8, 1],
      [0, 8, 0],
      [0, 8, 0],
      [0, 8, 1],
    ]);
    const [head, ...csv] = csvParseRows(csvOfClass('03-reach', tableOf(LESSON, rows)).slice(1));
    expect(head!.slice(0, 6).at(4)).toBe('solved');
    expect(head!.at(-1)).toBe('solved, predictions only if close');
    expect(csv.map((line) => [line[4], line.at(-1)])).toEqual([
      ['1', '1'],
      ['0', '0'],
      ['0', '0'],
      ['1', '0'],
    ]);
  });

  test('shows for a painted mask how many cells are wrong', () => {
    const right = solve('paint') as string;
    const wordsOf = (answer: string) =>
      tableOf(LESSON, [answered('Ada', { paint: { answer } })]).rows[0]!.cells[1]!.answer;
    expect(
      [right, `1${right.slice(1)}`.replace(/0/, '1'), right.replace(/0/g, '1')].map(wordsOf),
    ).toEqual(['every cell', '1 cell off', '3 cells off']);
  });

  test('can hide the names for a projector', () => {
    const { rows: lines } = tableOf(LESSON, rows, true);
    expect(lines.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((n) => `Participant ${n}`));
    expect(csvOfClass('03-reach', tableOf(LESSON, rows, true))).not.toContain('Ada');
  });

  test('gives right answers of every kind in words', () => {
    const all = Object.fromEntries(
      EXERCISES.map(({ id }) => [id, { answer: solve(id), right: true }] as const),
    );
    const [line] = tableOf(LESSON, [answered('Ada', all)]).rows;
    for (const { answer, state } of line!.cells) {
      expect(answer).toMatch(/\S/);
      expect(state).toMatch(/solved|kept|near/);
    }
  });

  const NASTY: readonly unknown[] = [
    null,
    [],
    {},
    '<img src=x onerror=alert(1)>',
    1e308,
    -1,
    [0, 1, 2, 3],
    [0, 0, 0],
    { query: 1e9, key: 0 },
    { text: '<script>', found: [7] },
    { text: 1 },
    { window: { toString: 1, valueOf: 1 } },
    { window: [[]], plan: {} },
    { constructor: 1, ['__proto__']: 2 },
  ];
  test.each(EXERCISES.map(({ id }) => id))('ignores an answer to %s that is invalid', (id) => {
    for (const answer of NASTY) {
      const people = [answered('Eve', { [id]: { answer, right: true } })];
      const table = tableOf(LESSON, people);
      expect(typeof table.rows[0]!.cells[0]!.answer).toBe('string');
      csvOfClass('03-reach', table);
      distributionOf(of(id), [{ name: 'Eve', result: people[0]! }]);
    }
  });

  test('any answer', () =>
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(...EXERCISES),
        (answer, { id }) => {
          let result: LessonResult;
          try {
            result = answered('Eve', { [id]: { answer, right: true } });
          } catch {
            return; // refused when it was read
          }
          tableOf(LESSON, [result]);
          distributionOf(of(id), [{ name: 'Eve', result }]);
        },
      ),
    ));
});

describe('the distribution of answers', () => {
  test('shows first and final answers; a first answer counts even if the right one was shown later', () => {
    const people = [
      { answer: '21', first: '24', right: true, tries: 3 },
      { answer: '21', right: true },
      { answer: '21', first: '24', shown: true, tries: 1 },
      { answer: '21', shown: true, tries: 0 },
    ].map((one, i) => ({ name: `n${i}`, result: answered(`n${i}`, { number: one }) }));
    const barsOf = (which: 'first' | 'last') => {
      const { chart, counted, shown } = distributionOf(of('number'), people, which);
      const bars = chart.kind === 'bars' ? chart.bars : [];
      return [bars.map(({ label, count }) => `${label}: ${count}`), counted, shown];
    };
    expect(barsOf('first')).toEqual([['24: 2', '21: 1'], 3, 1]);
    expect(barsOf('last')).toEqual([['21: 2'], 2, 2]);
    const [line] = csvParse(
      csvOfClass('03-reach', tableOf(LESSON, [people[0]!.result])).replace('\uFEFF', ''),
    );
    expect(line).toMatchObject({ 'number answer': '21', 'number first answer': '24' });
  });

  test('of numbers has one bar per number, the most common first', () => {
    const { chart, counted } = chartOf(
      'number',
      ...['24', '21', '24', ' 24 ', '1,024', '1024', 'many'].map((answer) => ({ answer })),
    );
    expect(counted).toBe(7);
    expect(chart).toMatchObject({
      kind: 'bars',
      bars: [
        { label: '24', count: 3, right: false },
        { label: '1,024', count: 2, right: false },
        { label: '21', count: 1, right: true },
        { label: 'many', count: 1, right: false },
      ],
    });
  });

  test('of choices has a bar for every option, chosen or not', () => {
    const { chart } = chartOf('choice', { answer: 0 }, { answer: 0 }, { answer: 2 });
    expect(chart).toMatchObject({
      bars: [
        { count: 2, right: false, html: '<b>A</b>' },
        { count: 0, right: true },
      ],
    });
  });

  test('of orders and targets groups answers by their words', () => {
    const orders = chartOf('order', { answer: [0, 1, 2] }, { answer: [1, 0, 2] }).chart;
    expect(orders).toMatchObject({
      bars: [
        { label: '1 x → 2 y → 3 z', right: true },
        { label: '2 y → 1 x → 3 z', right: false },
      ],
    });
    const targets = chartOf('target', { answer: { window: 6 } }, { answer: { window: 8 } }).chart;
    expect(targets).toMatchObject({
      bars: [{ label: 'window 6', right: undefined }, { count: 1 }],
    });
  });

  test('of predictions is in order, and separates accepted from measured values', () => {
    const { chart } = chartOf('predict', { answer: 0.9 }, { answer: 0.2 }, { answer: 7 });
    expect(chart).toMatchObject({
      kind: 'dots',
      values: [0.2, 0.9],
      band: [0.1, 0.3],
      came: [],
      percent: true,
    });
    const seen = chartOf('predict', { answer: 0.9, came: 0.12 }, { answer: 0.2 }).chart;
    expect(seen).toMatchObject({ values: [0.2, 0.9], came: [0.12] });
  });

  test('of painted cells counts them and names those most often wrong', () => {
    const { chart } = chartOf(
      'paint',
      ...['100110111', '100100111', '110110111'].map((answer) => ({ answer })),
    );
    expect(chart).toMatchObject({ kind: 'grid', counts: [3, 1, 0, 3, 2, 0, 3, 3, 3] });
    expect(chart.kind === 'grid' && chart.picked).toEqual([
      { query: 0, key: 1, count: 1, says: 'painted, and is to stay blank' },
      { query: 1, key: 1, count: 1, says: 'left blank, and is to be painted' },
    ]);
  });

  test('of a bug hunt counts the cells that were named', () => {
    const { chart } = chartOf(
      'bug',
      { answer: solve('bug') },
      { answer: solve('bug') },
      { answer: { query: 0, key: 0 } },
    );
    expect(chart.kind === 'grid' && chart.picked.map(({ count, says }) => [count, says])).toEqual([
      [2, 'is wrong in the mask: found'],
      [1, 'is as it was meant'],
    ]);
  });

  test('of explanations lists them as written', () => {
    const text = '<b>It stacks</b>, layer by layer.';
    const { chart } = chartOf('explain', { answer: { text, found: [1, 1] } });
    expect(chart).toEqual({ kind: 'texts', points: 2, texts: [{ who: 'n0', text, found: 1 }] });
  });

  test('leaves out answers that were shown, and hints without an answer', () => {
    const { counted, shown } = chartOf(
      'number',
      { answer: '21', right: true },
      { answer: '21', shown: true, tries: 2 },
      { answer: '24', tries: 0, hints: 1 },
    );
    expect([counted, shown]).toEqual([1, 1]);
  });

  test('may be empty', () => {
    for (const { id } of EXERCISES) expect(chartOf(id).counted).toBe(0);
  });
});

describe('the table as CSV', () => {
  const csvOf = (...results: readonly LessonResult[]) =>
    csvOfClass('03-reach', tableOf(LESSON, results));

  test('is read back unchanged', () => {
    const [row] = csvParse(
      csvOf(
        answered('Ada "the first", Lovelace', {
          explain: { answer: { text: 'a,\n"b"' }, right: true, tries: 2 },
        }),
      ).slice(1),
    );
    expect(row).toMatchObject({
      participant: 'Ada "the first", Lovelace',
      lesson: '03-reach',
      exercises: '8',
      'explain state': 'written',
      'explain tries': '2',
      'explain answer': 'a,\n"b"',
      'number state': 'not begun',
    });
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '=cmd|"/c calc"!A1'])(
    'does not turn a cell that begins with %j into a formula',
    (text) => {
      const csv = csvOf(answered(text, { number: { answer: text.slice(0, 40) } }));
      const [row] = csvParse(csv.slice(1));
      expect(row!['participant']).toMatch(/^'/);
      expect(row!['number answer']).toMatch(/^'/);
      expect(csv).not.toMatch(/(^|[,\n])"?\s*[=+\-@＝]/);
    },
  );

  test('tells spreadsheets that it is UTF-8', () => expect(csvOf().charCodeAt(0)).toBe(0xfeff));
});
