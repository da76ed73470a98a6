/** @file When runs still learn too fast to be compared: on hand-made curves, and on every recorded comparison. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingOfRuns, sightsOf } from '../../src/app/runs/findingOfRuns';
import { namesOf, specsOf } from '../../src/compare/comparison';
import { readFile } from '../../src/compare/file';
import type { Finding } from '../../src/compare/finding';
import type { ValidationRecord } from '../../src/compare/history';
import { gainOf, stillLearning, type Progress } from '../../src/compare/learning';
import { stepCosts } from '../../src/compare/axes';
import { starts } from '../../src/compare/starts';
import { verdictOf } from '../../src/compare/verdict';
import { sources } from '../../src/data/registry';
import { parseRecording } from '../../src/figures/recording';
import { modelSpecOf } from '../../src/spec/model';

import type { Session } from '../../src/session/session.svelte';
import type { Compare } from '../../src/state/compare.svelte';

const looks = (...all: readonly (readonly [step: number, value: number])[]): ValidationRecord[] =>
  all.map(([step, value]) => ({ step, loss: value, accuracy: value, tokens: 256 }));

describe('the gain of the last third of the steps', () => {
  test('is interpolated between two validations, and is positive for rising shares and falling losses', () => {
    expect(gainOf(looks([200, 1], [300, 0.8]), 300, 'loss')).toBeCloseTo(0.2);
    expect(gainOf(looks([200, 0.3], [300, 0.8]), 300, 'accuracy')).toBeCloseTo(0.5);
    expect(gainOf(looks([100, 2], [300, 1]), 300, 'loss')).toBeCloseTo(0.5);
    expect(gainOf(looks([100, 2], [150, 1.5], [225, 1.2], [300, 1]), 300, 'loss')).toBeCloseTo(0.3);
    expect(gainOf(looks([200, 1], [300, 1.25]), 300, 'loss')).toBeCloseTo(-0.25);
  });

  test('is unknown without a validation before it, and ignores later validations', () => {
    expect(gainOf(looks([300, 1]), 300, 'loss')).toBeUndefined();
    expect(gainOf(looks([250, 2], [300, 1]), 300, 'loss')).toBeUndefined();
    expect(gainOf(looks([200, 2], [300, 1], [400, 0.1]), 300, 'loss')).toBeCloseTo(1);
  });
});

describe('a comparison that is still learning', () => {
  const run = (
    gap: number,
    gain: number | undefined,
    change: Partial<Progress> = {},
  ): Progress => ({
    ahead: gap === 0,
    gap,
    noise: 0.05,
    gain,
    room: 1,
    ...change,
  });

  test('is reported while the run behind or the run ahead gains as much as the gap between them', () => {
    expect(stillLearning([run(0, 0.01), run(0.2, 0.1)], 0)).toBe(false);
    expect(stillLearning([run(0, 0.01), run(0.2, 0.16)], 0)).toBe(true);
    expect(stillLearning([run(0, 0.16), run(0.2, 0.01)], 0)).toBe(true);
  });

  test('is reported for runs that look level while one gains more than may separate them', () => {
    expect(stillLearning([run(0, 0.04), run(0.01, 0.05, { ahead: true })], 0)).toBe(false);
    expect(stillLearning([run(0, 0.04), run(0.01, 0.06, { ahead: true })], 0)).toBe(true);
  });

  test('takes into account that a run with every answer right cannot gain more', () => {
    const right = run(0, 0.6, { room: 0 });
    expect(stillLearning([right, run(0, 0.3, { room: 0 })], 0)).toBe(false);
    expect(stillLearning([right, run(0.8, 0)], 0)).toBe(false);
  });

  test('is reported if nothing is known about the last third', () => {
    expect(stillLearning([run(0, undefined), run(0.5, 0)], 0)).toBe(true);
  });

  test('for any curves, settled ones are compared, and a wider gap is never called later', () => {
    const number = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(number, number, number, number, (gap, a, b, wider) => {
        const early = (between: number) =>
          stillLearning([run(0, a), run(between, b, { ahead: false })], 0);
        expect(early(gap + wider) && !early(gap)).toBe(false);
        expect(stillLearning([run(0, 0), run(0.06 + gap, 0)], 0)).toBe(false);
      }),
    );
  });
});

/** What the page says about a recorded comparison after `step` steps. */
function readRace(id: string) {
  const saved = readFile(
    readFileSync(new URL(`../../public/recorded/races/${id}.json`, import.meta.url), 'utf8'),
  );
  const { comparison, histories } = saved;
  const specs = specsOf(comparison);
  const models = specs.map(modelSpecOf);
  const costs = specs.map((spec) => stepCosts(spec, 'host'));
  const facts = {
    specs,
    models,
    names: namesOf(comparison),
    source: sources.get(comparison.shared.task),
    built: comparison,
    runs: [],
  };
  const sights = sightsOf(facts as unknown as Session);
  const at = (step: number): Finding => {
    const until = histories.map(({ steps, validations }) => ({
      steps: steps.slice(0, step),
      validations: validations.filter((one) => one.step <= step),
    }));
    const past = { saved: { ...saved, histories: until } };
    const session = { ...facts, histories: until, past };
    return findingOfRuns({ session, costs } as unknown as Compare, sights);
  };
  return { at, looks: histories[0]!.validations.map(({ step }) => step), last: at(Infinity) };
}

/** What each recorded comparison says at its end. */
const SAID: Record<string, string> = {
  table:
    'After 400 steps Grouped is as good as Global (0.81 and 0.83 nats) for 82 % of its FLOPs; Local is 0.25 worse than Grouped.',
  strategies:
    "After 400 steps the differences between Global, Local, Approximate and Grouped are too small to count (2.06 to 2.07 nats); Local needs the fewest FLOPs, 96 % of Global's.",
  needle:
    'After 300 steps Approximate and Grouped are as good as Global (all 100 % right) for 94 % and 96 % of its FLOPs; Local answers 9 % right, no better than guessing (13 %).',
  marker:
    'After 700 steps Grouped L 4 last global is as good as Grouped L 2 first global (both 100 % right) for 98 % of its FLOPs; Grouped L 4 first global answers 22 % right and Local answers 5 % right, no better than guessing (6 %).',
  windows:
    'After 400 steps Local W 15 is ahead with 100 % right; Local W 4 answers 14 % right, no better than guessing (13 %), Local W 6 answers 14 % right, no better than guessing (13 %) and Local W 9 answers 14 % right, no better than guessing (13 %).',
  stripes:
    'After 300 steps Grouped L 4 first global and Grouped L 4 last global are as good as Grouped L 2 first global (all 100 % right) for 98 % of its FLOPs; Local answers 9 % right, no better than guessing (13 %).',
  copy: 'After 800 steps Approximate C 3 is as good as Global (95 % and 100 % right) for 96 % of its FLOPs; Approximate C 8 answers 68 % right and Local answers 7 % right, no better than guessing (6 %).',
  leak: 'After 200 steps One key too far is ahead with 0.15 nats; As meant is 2.15 worse.',
  edge: 'After 300 steps Approximate and Grouped are as good as Global (all 100 % right) for 94 % and 96 % of its FLOPs; Local answers 41 % right.',
};

describe.each(starts.all.map(({ id }) => id))('the recorded comparison %s', (id) => {
  const { at, looks: steps, last } = readRace(id);

  test('states its finding at the end', () => expect(last.title).toBe(SAID[id]));

  test.each(steps)('marks no run after step %i, because it is too early, and says so', (step) => {
    const { title, early, standings, because, trust } = at(step);
    expect(title.includes('still learning')).toBe(early);
    if (early) {
      expect(standings.every((one) => one === undefined)).toBe(true);
      expect(because).toEqual([]);
      expect(title).not.toMatch(/ahead|as good as|fewest|worse/);
      expect(title).toMatch(/ so far\.$/);
      expect(trust).toMatch(/^In the last third .* \d/);
    }
  });
});

test('the table comparison never names local as best, and states its final result from little more than half of its steps on', () => {
  const { at, looks: steps, last } = readRace('table');
  const end = last.standings;
  expect(end).toEqual(['level', 'level', 'behind']);
  const called = steps.filter((step) => at(step).standings.some((one) => one !== undefined));
  for (const step of called) expect(at(step).standings, `step ${step}`).toEqual(end);
  expect(called[0]).toBeLessThanOrEqual(0.6 * steps.at(-1)!);
  expect(called).toEqual(steps.slice(steps.indexOf(called[0]!)));
});

test.each([1, 2, 3])(
  'the table comparison from seed %i does not call local best either',
  (seed) => {
    const runs = ['global', 'grouped', 'local'].map((plan) => {
      const name = `postal-codes-512-${plan}-${seed}.json`;
      return parseRecording(name, readFileSync(`public/recorded/${name}`, 'utf8')).validation;
    });
    let called = 0;
    for (const { step } of runs[0]!) {
      const validations = runs.map((run) =>
        run.filter((one) => one.step <= step).map((one) => ({ accuracy: 0, ...one })),
      );
      const verdict = verdictOf(
        validations.map((own) => ({ validations: own, repeats: [] })),
        { of: 'text' },
      );
      if (!verdict || verdict.early) continue;
      called++;
      expect(verdict.standings[2], `step ${step}`).not.toBe('best');
      expect(verdict.standings[0], `step ${step}`).not.toBe('behind');
    }
    expect(called).toBeGreaterThan(0);
  },
);
