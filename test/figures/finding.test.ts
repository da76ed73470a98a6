/** @file Findings follow from the numbers: over made-up runs, no sentence claims more than its seeds show. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEEDS } from '../../src/core/seeds';
import {
  findingOfCompute,
  findingOfContexts,
  findingOfControl,
  findingOfGaps,
  findingOfLengths,
} from '../../src/figures/finding';
import type { Result } from '../../src/figures/result';
import { flatness, foundBy } from '../../src/figures/training';
import {
  outlierBeside,
  outlierOf,
  mean,
  rangeOf,
  verdictOn,
  type SeedLoss,
} from '../../src/figures/verdict';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const T = 512;

/** A run whose loss is `near` up to half the context and `far` beyond; its validations fall to it. */
function run(change: Partial<RunSpec>, far: number, near = far): Result {
  const spec: RunSpec = {
    ...DEFAULTS,
    ...{ task: 'postal-codes', context: T, window: 16, groupSize: 2, steps: 600 },
    ...change,
  };
  const half = spec.context / 2;
  return {
    spec,
    steps: spec.steps,
    ...{ backend: 'wasm', machine: 'here', made: '2026-11-30', program: '0.1.0' },
    validation: [60, 300, 450, 600].map((step) => ({
      step,
      loss: (near + far) / 2 + 1 - step / 600,
      tokens: 1000,
    })),
    buckets: [
      { from: 1, to: half, tokens: 500, loss: near },
      { from: half + 1, to: spec.context, tokens: 500, loss: far },
    ],
    distances: [],
  };
}
const runs = (plan: string, losses: readonly number[], change: Partial<RunSpec> = {}) =>
  losses.map((loss, i) => run({ plan, seed: i + 1, ...change }, loss));
const all = ({ title, notes }: { title: string; notes: readonly string[] }) =>
  [title, ...notes].join(' ');

const GLOBAL = runs('global', [0.754, 0.745, 0.753]);
const LOCAL = runs('local', [1.001, 1.01, 0.999]);

describe('on runs like the measured ones', () => {
  test('the title says how grouped compares, for which share of the FLOPs, and how far behind local is', () => {
    const grouped = runs('grouped', [0.755, 0.75, 0.748]);
    const { title, notes } = findingOfCompute([...LOCAL, ...grouped, ...GLOBAL], T);
    expect(title).toMatch(
      /^At 512 characters grouped is as good as global for \d\d % of the FLOPs; local is 0\.25 nats worse than global$/,
    );
    expect(notes).toEqual(['3 seeds of each plan.']);
  });

  test('a seed that learned late is mentioned separately and not hidden in a mean', () => {
    const grouped = runs('grouped', [0.731, 0.734, 0.819]);
    const { title, notes } = findingOfCompute([...GLOBAL, ...grouped, ...LOCAL], T);
    expect(title).toContain(
      'grouped is 0.02 nats better than global in 2 seeds of 3, 0.07 nats worse in the other, for',
    );
    expect(notes).toContain(
      'Seed 3 of grouped G S G S stands apart: 0.819 nats, the others 0.731 and 0.734.',
    );
  });

  test('a seed that is an outlier in global too is not a difference between the plans', () => {
    // Held-out nats of the table at 1,024 tokens after 1,600 steps.
    const global = runs('global', [0.691, 0.648, 0.66]);
    const grouped = runs('grouped', [0.701, 0.653, 0.654]);
    const { title, notes } = findingOfCompute([...global, ...grouped], T);
    expect(title).toMatch(
      /^At 512 characters grouped is as good as global for \d\d % of the FLOPs$/,
    );
    expect(notes.filter((note) => note.startsWith('Seed 1 of '))).toHaveLength(2);
    // An outlier in the other direction is one.
    const early = runs('global', [0.6, 0.653, 0.654]);
    expect(findingOfCompute([...early, ...grouped], T).title).toContain('worse in the other');
  });

  test('if local is better, as on prose, the title says so', () => {
    const better = runs('local', [0.6, 0.61, 0.605]);
    expect(findingOfCompute([...GLOBAL, ...better], T).title).toBe(
      'At 512 characters local is 0.15 nats better than global',
    );
  });

  test('by length, the title has the last bucket and says up to where local keeps up', () => {
    const local = LOCAL.map(({ spec }) => run({ plan: 'local', seed: spec.seed }, 1, 0.7));
    const { title, notes } = findingOfGaps([...GLOBAL, ...local], T);
    expect(title).toBe('With 257 to 512 characters read, local is 0.25 nats worse than global');
    expect(notes[0]).toBe(
      'With up to 256 characters read, local is not worse than global; with more, it is.',
    );
  });

  test('it states the value of reading more, and states nothing if seeds disagree', () => {
    const gains = (plan: string, all: readonly number[]) =>
      all.map((gain, i) => run({ plan, seed: i + 1 }, 1, 1 + gain));
    const results = [...gains('global', [0.4, 0.42, 0.41]), ...gains('local', [0.01, -0.02, 0.01])];
    expect(findingOfLengths(results, T).title).toBe(
      'Reading 257 to 512 characters instead of up to 256 is worth 0.41 nats to global and nothing to local',
    );
  });

  test('the control is local with a larger window, in a sentence of its own', () => {
    const control = runs('local', [0.75, 0.748, 0.752], { window: 96 });
    const results = [...GLOBAL, ...control, ...LOCAL];
    expect(findingOfCompute(results, T).title).toContain('local is 0.25 nats worse');
    const found = findingOfControl(results, T)!;
    expect(found.suffices).toBe(true);
    expect(found.sentence).toMatch(/^local with a window of 96 is as good as global for \d\d % /);
    expect(findingOfControl([...GLOBAL, ...LOCAL], T)).toBeUndefined();
    expect(findingOfControl([...control, ...LOCAL], T)).toBeUndefined();
  });

  test('over several contexts the price falls, and each context says how grouped compares there', () => {
    const at = (context: number, losses: readonly number[]) => [
      ...runs('global', [0.75, 0.75, 0.76], { context }),
      ...runs('grouped', losses, { context }),
    ];
    const results = [...at(256, [0.75, 0.75, 0.76]), ...at(512, [0.75, 0.75, 0.9]), ...at(1024, [0.75])]; // prettier-ignore
    const { title, notes } = findingOfContexts(results);
    expect(title).toMatch(
      /^The longer the context, the less .*: \d\d % at 256, \d\d % at 512 and \d\d % at 1,024$/,
    );
    expect(notes[0]).toBe(
      'Grouped is as good as global at 256; different in one seed than in the others at 512; impossible to tell from global with fewer than three seeds at 1,024.',
    );
    expect(findingOfContexts(LOCAL).title).toContain('no pair');
  });

  test('it says at which validation each seed had learned the line above', () => {
    // Halfway is 0.877 nats.
    const by = (steps: readonly (number | undefined)[]) =>
      runs('grouped', [0.75, 0.75, 0.75]).map((one, i) => ({
        ...one,
        validation: [300, 450, 600].map((step) => ({
          step,
          loss: step >= (steps[i] ?? Infinity) ? 0.8 : 1.6,
          tokens: 9,
        })),
      }));
    const words = (grouped: readonly Result[]) => foundBy([...GLOBAL, ...grouped, ...LOCAL], T);
    expect(words(by([450, 450, 450]))).toBe(
      "First validation at which the loss was at least halfway from local's final loss to global's: global at step 600 with every seed; grouped at step 450 with every seed.",
    );
    expect(words(by([450, 300, 300]))).toMatch(
      /; grouped at steps 450, 300 and 300 with seeds 1, 2 and 3\.$/,
    );
    expect(words(by([450, undefined, 300]))).toMatch(
      /; grouped at steps 450 and 300 with seeds 1 and 3, not with seed 2\.$/,
    );
    expect(words(by([]))).toMatch(/; grouped not with any seed\.$/);
    expect(foundBy([...GLOBAL, ...by([300, 300, 300])], T)).toBe('');
    expect(flatness(GLOBAL, T)).toBe(
      'Trained for 600 steps. Over the last quarter of them, where the learning rate falls to its end, the held-out loss still fell by 0.250 nats (global), means of seeds.',
    );
    const further = [
      ...runs('local', [0.75], { window: 96 }),
      ...runs('grouped', [0.75]),
      ...runs('grouped', [0.75], { place: 'last' }),
    ];
    const flat = flatness([...GLOBAL, ...LOCAL, ...further], T);
    for (const name of ['(local)', '(local, W 96)', '(grouped)', '(grouped S G S G)'])
      expect(flat).toContain(name);
  });
});

// ------------------------------------------------------------------------------------------ for any recordings

const PLANS = ['global', 'grouped', 'local', 'approximate'];
const loss = fc.integer({ min: 500, max: 1200 }).map((n) => n / 1000);
const close = fc.integer({ min: 740, max: 770 }).map((n) => n / 1000);
const seeds = fc.array(fc.oneof(loss, close), { maxLength: 4 });
const some = fc.record(Object.fromEntries(PLANS.map((plan) => [plan, seeds])));
const resultsOf = (losses: Record<string, number[]>) =>
  PLANS.flatMap((plan) => runs(plan, losses[plan]!));
const asSeeds = (losses: readonly number[]): SeedLoss[] =>
  losses.map((one, i) => ({ seed: i + 1, loss: one }));
/** The part of the title about one plan. */
const partOf = (title: string, plan: string) =>
  title.split('; ').find((part) => part.includes(`${plan} is `)) ?? '';

describe('for any recordings', () => {
  test('no plan is called as good as global if the means differ by more than seeds do, or seeds are too few', () => {
    let called = 0;
    fc.assert(
      fc.property(some, (losses) => {
        const results = resultsOf(losses);
        for (const find of [findingOfCompute, findingOfGaps]) {
          const { title } = find(results, T);
          for (const plan of ['grouped', 'local']) {
            if (!/as good/.test(partOf(title, plan))) continue;
            called++;
            const [own, global] = [asSeeds(losses[plan]!), asSeeds(losses['global']!)];
            expect(Math.min(own.length, global.length)).toBeGreaterThanOrEqual(SEEDS);
            expect(Math.abs(mean(own) - mean(global))).toBeLessThanOrEqual(
              Math.max(rangeOf(own), rangeOf(global)) + 1e-12,
            );
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(called).toBeGreaterThan(15);
  });

  test('better and worse agree with the means, and every plan with runs is mentioned', () => {
    fc.assert(
      fc.property(some, (losses) => {
        const { title } = findingOfCompute(resultsOf(losses), T);
        for (const plan of ['grouped', 'local']) {
          const [own, global] = [asSeeds(losses[plan]!), asSeeds(losses['global']!)];
          const part = partOf(title, plan);
          expect(part !== '', part).toBe(own.length > 0 && global.length > 0);
          if (part === '' || outlierBeside(own, global)) continue;
          const difference = mean(own) - mean(global);
          if (part.includes('better')) expect(difference).toBeLessThan(0);
          if (part.includes('worse')) expect(difference).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('it states the number of seeds, any outlier, and any missing plan', () => {
    fc.assert(
      fc.property(some, (losses) => {
        const results = resultsOf(losses);
        const words = all(findingOfCompute(results, T));
        const counts = PLANS.map((plan) => losses[plan]!.length).filter((n) => n > 0);
        if (counts.length > 0)
          expect(words).toMatch(/\d seeds of each plan|One seed of each|Seeds: /);
        if (new Set(counts).size > 1) {
          for (const n of counts) expect(words).toMatch(new RegExp(`\\b${n} of `));
        }
        for (const plan of ['global', 'grouped', 'local']) {
          const own = asSeeds(losses[plan]!);
          if (own.length === 0) expect(words).toMatch(new RegExp(`no run of [a-z, ]*${plan}`));
          const apart = outlierOf(own);
          if (apart) expect(words).toContain(`Seed ${apart.seed} of `);
          const global = asSeeds(losses['global']!);
          if (plan !== 'global' && global.length >= SEEDS && outlierBeside(own, global)) {
            expect(partOf(words, plan)).toContain(`in ${own.length - 1} seeds of ${own.length}`);
          }
        }
        if (losses['global']!.length === 0) expect(words).toContain('no run of global attention');
      }),
      { numRuns: 150 },
    );
  });

  test('a context without runs has no numbers in its sentence but its own length', () => {
    for (const find of [findingOfCompute, findingOfGaps, findingOfLengths]) {
      const { title } = find(GLOBAL, 2048);
      expect(title).toMatch(/^At 2,048 characters (there is no run|no run)/);
    }
  });
});

test('one seed apart is an outlier: of three that differ evenly none is', () => {
  expect(outlierOf(asSeeds([0.731, 0.734, 0.819]))?.seed).toBe(3);
  expect(outlierOf(asSeeds([0.819, 0.731, 0.734]))?.seed).toBe(1);
  expect(outlierOf(asSeeds([0.84, 0.9, 1.01]))).toBeUndefined();
  expect(outlierOf(asSeeds([0.999, 1.001, 1.01]))).toBeUndefined(); // 0.009 nats are not worth mentioning
  expect(outlierOf(asSeeds([0.7, 0.9]))).toBeUndefined();
});

test('a verdict needs three seeds of each plan, and the spread is the larger of the two plans’', () => {
  const wide = asSeeds([0.7, 0.75, 0.8]);
  const narrow = asSeeds([0.8, 0.81, 0.82]);
  expect(verdictOn(wide, narrow)).toMatchObject({ kind: 'same', seeds: 3 });
  expect(verdictOn(asSeeds([0.7, 0.71, 0.72]), narrow).kind).toBe('better');
  expect(verdictOn(narrow, asSeeds([0.7, 0.71])).kind).toBe('few');
  expect(verdictOn(narrow, wide).spread).toBeCloseTo(0.1, 12);
});
