import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheBytes, visiblePairs } from '../../src/attention/cost';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { differenceOf } from '../../src/attention/mask';
import type { LayerPlan, PatternSpec } from '../../src/attention/pattern';
import { reach } from '../../src/attention/reach';
import { clip, count } from '../../src/attention/runs';
import { readsOf } from '../../src/attention/reads';
import { add, EMPTY_ROOM } from '../../src/lessons/classroom';
import { choicesOf, formOf, FORMS, progressOf, rightIn } from '../../src/lessons/concepts/form';
import {
  changeOf,
  classGain,
  gainOf,
  itemShares,
  pairsOf,
  spreadOf,
} from '../../src/lessons/concepts/gain';
import { ITEMS, unknownOf } from '../../src/lessons/concepts/items';
import { summaryOf, vectorsOf } from '../../src/lessons/pictures/summary';
import { codeOf, readResult, type LessonResult } from '../../src/lessons/result';
import { lessonFiles } from '../../scripts/lessons/files.mjs';

const GLOBAL: PatternSpec = { pattern: 'global', params: {} };
const local = (window: number): PatternSpec => ({ pattern: 'local', params: { window } });
const stack = (layers: number, window: number): LayerPlan =>
  Array.from({ length: layers }, () => local(window));
const itemOf = (id: string) => ITEMS.find((item) => item.id === id)!;

/** The option with the counted value: the only one of its value. */
function chosenBy(id: string, value: number): number {
  const { options } = itemOf(id);
  const at = options.flatMap((option, i) => (option.value === value ? [i] : []));
  expect(at).toHaveLength(1);
  return at[0]!;
}

describe('the right answer equals the counted one', () => {
  const COUNTS: Record<string, () => number> = {
    'stacked-windows': () => reach(stack(4, 6), 200),
    'window-counts-itself': () => {
      const [from, to] = maskOf(read('causal & window(4)'), 40).row(10);
      expect(to).toBe(11);
      return from!;
    },
    'cache-growth': () => {
      const held = (T: number) =>
        cacheBytes([GLOBAL, ...stack(3, 64)], { T, kvHeads: 2, headDim: 16, bytesPerNumber: 2 });
      return Math.round(100 * (held(2048) / held(1024))) / 100;
    },
    'pairs-double': () => Math.round(visiblePairs(GLOBAL, 4096) / visiblePairs(GLOBAL, 2048)),
    'place-and-reach': () => {
      const at = [0, 1, 2, 3].filter((place) => reach(stack(4, 6).with(place, GLOBAL), 40) === 40);
      return at.length === 4 ? 0 : at[0]! + 1;
    },
    'place-and-note': () => {
      // A note 'M stands before me' is possible if a key has read the token before it.
      const without = [0, 1, 2, 3].filter((place) => reach(stack(place, 6), 40, 20) < 2);
      expect(without).toHaveLength(1);
      return without[0]! + 1;
    },
    'window-wider-than-text': () => {
      const [wide, whole] = ['causal & window(200)', 'causal'].map((text) =>
        maskOf(read(text), 64),
      );
      return differenceOf(wide!, whole!).cells;
    },
    'what-would-help': () => {
      expect(reach(stack(4, 6), 200) - 1).toBe(20);
      expect(reach(stack(8, 6), 200) - 1).toBeGreaterThanOrEqual(30);
      return 4;
    },
  };

  test.each(Object.entries(COUNTS))('%s', (id, value) => {
    expect(chosenBy(id, value())).toBe(itemOf(id).right);
  });

  test('every question whose options are counts is checked against one', () => {
    const counted = ITEMS.filter(({ options }) => options.some((one) => one.value !== undefined));
    expect(counted.map(({ id }) => id).sort()).toEqual(Object.keys(COUNTS).sort());
  });

  test('a summary of an incomplete chunk contains the future, and a correct one does not', () => {
    const vectors = vectorsOf(1, { T: 24, d: 8 });
    const reading = { window: 4, chunk: 8, query: 18, logC: true };
    expect(summaryOf(vectors, { ...reading, leak: true }).future).toEqual([19, 23]);
    expect(summaryOf(vectors, { ...reading, leak: false }).future).toBeUndefined();
    expect(itemOf('summary-leak').options[itemOf('summary-leak').right]!.text).toMatch(/future/);
  });

  test('no wrong option about windows is right for another token', () => {
    const row = readsOf(local(4), 10, 40).exact;
    expect(count(clip(row, 7, 11))).toBe(4);
  });
});

describe('the questions', () => {
  test('are ten, with different names, one right answer, and a misconception behind each wrong one', () => {
    expect(ITEMS).toHaveLength(10);
    expect(new Set(ITEMS.map(({ id }) => id)).size).toBe(10);
    for (const { options, right } of ITEMS) {
      expect(new Set(options.map(({ text }) => text)).size).toBe(options.length);
      expect(options.flatMap(({ idea }, i) => (idea === undefined ? [i] : []))).toEqual([right]);
    }
  });

  test('do not always have their answer in the same place', () => {
    const places = [0, 1, 2, 3].map((at) => ITEMS.filter(({ right }) => right === at).length);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...places)).toBeLessThanOrEqual(3);
  });

  test('name lessons of this site', () => {
    const lessons = Object.keys(lessonFiles());
    expect(ITEMS.filter(({ lesson }) => !lessons.includes(lesson))).toEqual([]);
  });

  test('have the wording of form 1: a changed wording needs another form number', () => {
    const words = ITEMS.map(({ id, ask, options }) => [id, ask, ...options.map((o) => o.text)]);
    expect(hash(JSON.stringify(words))).toMatchInlineSnapshot(`"77f04a2a"`);
    expect(FORMS.map(({ id }) => id)).toEqual(['test-1-before', 'test-1-after']);
  });
});

/** FNV-1a, 32 bits. */
const hash = (text: string) =>
  [...text]
    .reduce((sum, sign) => Math.imul(sum ^ sign.codePointAt(0)!, 0x01000193) >>> 0, 0x811c9dc5)
    .toString(16);

const took = (who: string, when: 'before' | 'after', right: number): LessonResult => ({
  lesson: formOf(when).id,
  who,
  progress: progressOf(
    Object.fromEntries(ITEMS.map((item, i) => [item.id, i < right ? item.right : unknownOf(item)])),
  ),
});

describe('a test that was handed in', () => {
  test('goes through a code, and is judged by its answers alone', () => {
    const back = readResult(codeOf(took('Ada', 'after', 7)));
    expect(rightIn(back)).toBe(7);
    const forged: LessonResult = {
      ...back,
      progress: {
        ...back.progress,
        answers: Object.fromEntries(
          Object.entries(back.progress.answers).map(([id, one]) => [id, { ...one, right: true }]),
        ),
      },
    };
    expect(rightIn(forged)).toBe(7);
  });

  test('is accepted by the class like a lesson', () => {
    const { room, added } = add(
      EMPTY_ROOM,
      [{ name: 'a', text: codeOf(took('Ada', 'before', 3)) }],
      new Set(FORMS.map(({ id }) => id)),
    );
    expect([added, room.results[0]!.lesson]).toEqual([1, 'test-1-before']);
  });

  test('may contain anything: an invalid option counts as unanswered', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...ITEMS.map(({ id }) => id), '__proto__'), fc.anything()),
        (given) => {
          const answers = Object.fromEntries(
            Object.entries(given).map(([id, answer]) => [id, { answer, tries: 1, hints: 0 }]),
          );
          for (const [id, choice] of Object.entries(choicesOf({ done: [], answers })))
            expect(choice).toBeLessThanOrEqual(unknownOf(itemOf(id)));
        },
      ),
    );
  });
});

describe('gain and spread', () => {
  test('follow Hake’s normalised gain of a class: from 40 % to 70 % is half of what was left', () => {
    const pairs = [
      { who: 'a', before: 0.2, after: 0.6 },
      { who: 'b', before: 0.6, after: 0.8 },
    ];
    expect(classGain(pairs)).toBeCloseTo(0.5, 12);
    expect(classGain([{ who: 'a', before: 1, after: 1 }])).toBeUndefined();
  });

  test('follow Marx and Cummings’s change of one person', () => {
    expect(changeOf(0.4, 0.7)).toBeCloseTo(0.5, 12);
    expect(changeOf(0.8, 0.4)).toBeCloseTo(-0.5, 12);
    expect([changeOf(0.5, 0.5), changeOf(1, 1), changeOf(0, 0)]).toEqual([0, undefined, undefined]);
  });

  test('pair people by name, however it is written, and leave out those with one test', () => {
    const results = [
      took('Zoë', 'before', 4),
      took('zoe\u0308', 'after', 7),
      took('Bob', 'before', 1),
      took('', 'before', 2),
      took('', 'after', 9),
    ];
    expect(pairsOf(results)).toEqual([{ who: 'Zoë', before: 0.4, after: 0.7 }]);
    expect(gainOf(pairsOf(results.slice(2)))).toBeUndefined();
  });

  test('are missing for a class without gain; a class that gained all has 1, without spread', () => {
    const all = (before: number, after: number) =>
      gainOf(Array.from({ length: 8 }, (_, i) => ({ who: `${i}`, before, after })))!;
    expect(all(0.3, 0.3).gain).toBe(0);
    expect(all(0.3, 1)).toMatchObject({ gain: 1, interval: [1, 1] });
    expect(all(0.3, 1).change).toEqual({ mean: 1, deviation: 0 });
  });

  test('have an interval that contains the gain, narrows with the class, and is the same each time', () => {
    const some = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        who: `${i}`,
        before: (i % 5) / 10,
        after: (3 + ((3 * i) % 7)) / 10,
      }));
    const width = ([from, to]: readonly [number, number]) => to - from;
    const [few, many] = [gainOf(some(10))!, gainOf(some(70))!];
    for (const { gain, interval } of [few, many]) {
      expect(interval![0]).toBeLessThan(gain!);
      expect(interval![1]).toBeGreaterThan(gain!);
    }
    expect(width(many.interval!)).toBeLessThan(width(few.interval!));
    expect(gainOf(some(10))).toEqual(few);
    expect(gainOf(some(4))!.interval).toBeUndefined();
  });

  test('use the sample standard deviation', () => {
    expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, deviation: Math.sqrt(32 / 7) });
    expect(spreadOf([3]).deviation).toBeUndefined();
  });

  test('are listed question by question, with the common mistakes', () => {
    const wrong = { ...took('Bob', 'after', 0), progress: progressOf({ 'stacked-windows': 2 }) };
    const [first, second] = itemShares([took('Ada', 'before', 0), took('Ada', 'after', 1), wrong]);
    expect(first).toEqual({
      id: 'stacked-windows',
      before: 0,
      after: 0.5,
      astray: { option: 2, count: 1 },
    });
    expect(second).toMatchObject({ before: 0, after: 0, astray: undefined });
  });
});
