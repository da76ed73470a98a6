/** @file What a class answered to one exercise, put together for a chart. Answers that were shown are not counted. */
import { decimal, readNumber } from '../../core/numbers';
import type { Exercise } from '../../lessons/exercises';
import type { LessonResult } from '../../lessons/result';
import { plainOf } from './plain';
import { answerIn, safely, wasShown, wordsOf, type Which } from './classTable';

export interface Bar {
  /** Plain text. */
  readonly label: string;
  /** Replaces the label: inline HTML from the lesson itself, never from an answer. */
  readonly html?: string;
  readonly count: number;
  /** Undefined if an answer is neither right nor wrong. */
  readonly right: boolean | undefined;
}

interface Picked {
  readonly query: number;
  readonly key: number;
  readonly count: number;
  readonly says: string;
}

export type AnswerChart =
  | { readonly kind: 'bars'; readonly bars: readonly Bar[] }
  | {
      readonly kind: 'dots';
      readonly values: readonly number[];
      readonly min: number;
      readonly max: number;
      /** The range that the lesson's author counts as right; not what was measured. */
      readonly band: readonly [number, number];
      /** Results of runs on the participants' own screens, if their results include them. */
      readonly came: readonly number[];
      readonly percent: boolean;
    }
  | {
      readonly kind: 'grid';
      readonly queries: number;
      readonly keys: number;
      readonly counts: readonly number[]; // row-major
      /** Cells that should be painted. */
      readonly meant: readonly boolean[] | undefined;
      /** The most notable cells in words: most often wrong, or most often chosen. */
      readonly picked: readonly Picked[];
    }
  | { readonly kind: 'texts'; readonly texts: readonly Text[]; readonly points: number };

export interface Text {
  readonly who: string;
  readonly text: string;
  /** Points their author found in it; undefined before comparing. */
  readonly found: number | undefined;
}

export interface Distribution {
  readonly chart: AnswerChart;
  readonly counted: number;
  readonly shown: number;
}

const MAX_PICKED = 5;

interface Given {
  readonly answer: unknown;
  readonly result: LessonResult;
  readonly name: string;
}

export function distributionOf(
  exercise: Exercise,
  people: readonly { readonly result: LessonResult; readonly name: string }[],
  which: Which = 'last',
): Distribution {
  const own = people.filter(({ result }) => !wasShown(exercise, result, which));
  const given = own.flatMap(({ result, name }): Given[] => {
    const answer = answerIn(exercise, result, which);
    return answer === undefined ? [] : [{ answer, result, name }];
  });
  const shape = CHARTS[exercise.kind] ?? barsOf;
  return {
    chart: shape(exercise, given),
    counted: given.length,
    shown: people.length - own.length,
  };
}

const CHARTS: Readonly<
  Record<string, (exercise: Exercise, given: readonly Given[]) => AnswerChart>
> = { choice: optionsOf, predict: dotsOf, paint: paintOf, bug: cellsOf, explain: textsOf };

/** Right or wrong; undefined if that depends on the stage. */
const isRight = ({ kind, of, rules }: Exercise, answer: unknown): boolean | undefined =>
  kind === 'target'
    ? undefined
    : safely(() => rules.check(of, answer, { specs: [], results: [] }).right);

/** Numbers, orders and settings: the same words are the same answer. */
function barsOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const bars = new Map<string, Bar>();
  for (const { answer } of given) {
    const words = wordsOf(exercise, answer) || '(nothing)';
    const label = exercise.kind === 'number' ? tidy(words) : words;
    const before = bars.get(label);
    const right = before ? before.right : isRight(exercise, answer);
    bars.set(label, { label, count: (before?.count ?? 0) + 1, right });
  }
  return { kind: 'bars', bars: [...bars.values()].sort((a, b) => b.count - a.count) };
}

/** '1,234' and '1234' are one number. */
function tidy(words: string): string {
  const value = readNumber(words);
  return value === undefined ? words : decimal(value, 20);
}

function optionsOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const { options } = exercise.of as { options: readonly { text: string; right: boolean }[] };
  const bars = options.map(({ text, right }, i) => ({
    label: `${i + 1}. ${plainOf(text)}`,
    html: text,
    count: given.filter(({ answer }) => answer === i).length,
    right,
  }));
  return { kind: 'bars', bars };
}

function dotsOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const { metric, min, max, band } = exercise.of as {
    metric: string;
    min: number;
    max: number;
    band: readonly [number, number];
  };
  const values = given.map(({ answer }) => answer as number).sort((a, b) => a - b);
  const came = given
    .flatMap(({ result }) => result.progress.answers[exercise.id]?.came ?? [])
    .sort((a, b) => a - b);
  return { kind: 'dots', values, min, max, band, came, percent: metric === 'accuracy' };
}

function paintOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const { tokens, cells } = exercise.of as { tokens: number; cells: readonly boolean[] };
  const counts = cells.map(
    (_, i) => given.filter(({ answer }) => String(answer)[i] === '1').length,
  );
  const wrong = counts.map((count, i) => (cells[i] ? given.length - count : count));
  const picked = wrong
    .map((count, i) => ({
      count,
      query: Math.floor(i / tokens),
      key: i % tokens,
      meant: cells[i]!,
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_PICKED)
    .map(({ meant, ...one }) => ({
      ...one,
      says: meant ? 'left blank, and is to be painted' : 'painted, and is to stay blank',
    }));
  return { kind: 'grid', queries: tokens, keys: tokens, counts, meant: cells, picked };
}

function cellsOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const { tokens, queries } = exercise.of as { tokens: number; queries: number };
  const at = (i: number) => ({ query: Math.floor(i / tokens), key: i % tokens });
  const counts = Array<number>(queries * tokens).fill(0);
  for (const { answer } of given) {
    const { query, key } = answer as { query: number; key: number };
    counts[query * tokens + key]!++;
  }
  const picked = counts
    .map((count, i) => ({ count, ...at(i) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_PICKED)
    .map(({ count, query, key }) => ({
      count,
      query,
      key,
      says: isRight(exercise, { query, key })
        ? 'is wrong in the mask: found'
        : 'is as it was meant',
    }));
  return { kind: 'grid', queries, keys: tokens, counts, meant: undefined, picked };
}

function textsOf(exercise: Exercise, given: readonly Given[]): AnswerChart {
  const { points } = exercise.of as { points: readonly string[] };
  const texts = given.map(({ answer, name }) => {
    const { text, found } = answer as { text: string; found?: readonly number[] };
    return { who: name, text, found: found && new Set(found).size };
  });
  return { kind: 'texts', texts, points: points.length };
}
