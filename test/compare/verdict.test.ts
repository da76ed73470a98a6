/** @file Which run is ahead, on small hand-made numbers; noise never decides. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ValidationRecord } from '../../src/compare/history';
import { noiseOf, SEED_NOISE, verdictOf, type Held, type Measure } from '../../src/compare/verdict';
import { parseRecording } from '../../src/figures/recording';

const TEXT: Measure = { of: 'text' };
const TASK: Measure = { of: 'answers', chance: 0.125, together: 4 };
const record = (step: number, value: number): ValidationRecord => ({
  step,
  loss: value,
  accuracy: value,
  tokens: 256,
});
/** Validated at step 100 alone, and from other seeds: 2, 3, … */
const held = (value: number, ...others: number[]): Held => ({
  validations: [record(100, value)],
  repeats: others.map((other, i) => ({ seed: i + 2, validations: [record(100, other)] })),
});
const standings = (measure: Measure, ...runs: Held[]) => verdictOf(runs, measure)?.standings;

describe('one seed', () => {
  test('losses closer than the recorded seed noise are level, others are behind', () => {
    expect(standings(TEXT, held(0.83), held(0.84), held(1.07))).toEqual([
      'level',
      'level',
      'behind',
    ]);
    expect(standings(TEXT, held(0.83), held(0.91))).toEqual(['best', 'behind']);
  });

  test('the largest share of right answers is best, and a run that only guesses is marked', () => {
    expect(standings(TASK, held(1), held(0.09), held(1), held(0.5))).toEqual([
      'level',
      'guessing',
      'level',
      'behind',
    ]);
    expect(standings(TASK, held(0.13), held(0.1))).toEqual(['guessing', 'guessing']);
  });

  test('answers asked together count as one question: fewer questions, more noise', () => {
    expect(noiseOf(TASK, 0.5, 0.5, 64)).toBe(2 * noiseOf(TASK, 0.5, 0.5, 256));
    const apart = [held(0.75), held(0.62)] as const;
    expect(standings({ ...TASK, together: 1 }, ...apart)).toEqual(['best', 'behind']);
    expect(standings(TASK, ...apart)).toEqual(['level', 'level']);
  });

  test('noise is measured by how much recorded seeds moved the gap to global', () => {
    const last = (context: number, plan: string, seed: number) => {
      const name = `moby-dick-${context}-${plan}-${seed}.json`;
      const text = readFileSync(`public/recorded/${name}`, 'utf8');
      return parseRecording(name, text).validation.at(-1)!.loss;
    };
    const moved = [128, 512, 2048]
      .flatMap((context) =>
        ['local', 'approximate', 'grouped'].map((plan) => {
          const gaps = [1, 2, 3].map(
            (seed) => last(context, plan, seed) - last(context, 'global', seed),
          );
          return Math.max(...gaps) - Math.min(...gaps);
        }),
      )
      .sort((a, b) => a - b);
    expect(SEED_NOISE.middle).toBeCloseTo(moved[4]!, 2);
    expect(SEED_NOISE.most).toBeCloseTo(moved[8]!, 2);
  });
});

describe('three seeds', () => {
  test('a small difference in every seed is a result; a large one that one seed contradicts is not', () => {
    expect(
      standings(TEXT, held(1.01, 1.11, 1.21), held(1.0, 1.1, 1.2), held(1.3, 0.9, 1.5)),
    ).toEqual(['behind', 'level', 'level']);
  });

  test('a seed counts only if every run was trained from it equally far', () => {
    const few: Held = { ...held(1), repeats: [{ seed: 2, validations: [record(50, 1)] }] };
    expect(verdictOf([held(1.5, 1.5, 1.5), few], TEXT)).toMatchObject({
      seeds: 1,
      scores: [1.5, 1],
    });
    expect(verdictOf([held(1.5, 1.7, 1.9), held(1, 1.2, 1.4)], TEXT)).toMatchObject({
      seeds: 3,
      scores: [expect.closeTo(1.7), expect.closeTo(1.2)],
    });
  });
});

test('runs are compared at the last step that all validated, and not at all without one', () => {
  const ran = (...steps: number[]): Held => ({
    validations: steps.map((step) => record(step, step)),
    repeats: [],
  });
  expect(verdictOf([ran(25, 50, 75), ran(25, 50)], TEXT)?.step).toBe(50);
  expect(verdictOf([ran(25), ran(50)], TEXT)).toBeUndefined();
  expect(verdictOf([ran(25), ran()], TEXT)).toBeUndefined();
  expect(verdictOf([ran(25)], TEXT)).toBeUndefined();
});

test('for any numbers at most one run is best, the best has the best number, and nothing within noise is behind', () => {
  const value = fc.double({ min: 0, max: 1, noNaN: true });
  const runs = fc.array(value, { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(runs, fc.constantFrom(TEXT, TASK), (values, measure) => {
      const verdict = verdictOf(
        values.map((one) => held(one)),
        measure,
      )!;
      const { standings: all, first } = verdict;
      const best = measure.of === 'text' ? Math.min(...values) : Math.max(...values);
      expect(values[first]).toBe(best);
      const winners = all.filter((one) => one === 'best').length;
      const level = all.filter((one) => one === 'level').length;
      expect(winners === 1 ? level === 0 : winners === 0 && level !== 1).toBe(true);
      const nobody = all.every((one) => one === 'guessing');
      values.forEach((own, i) => {
        const within = Math.abs(own - best) <= noiseOf(measure, own, best, 64);
        if (!nobody) expect(['best', 'level'].includes(all[i]!)).toBe(within);
      });
    }),
  );
});
