/** @file The figures' data and the sentences made from them, on numbers small enough to check by hand. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plans } from '../../src/attention/plans';
import { patterns } from '../../src/attention/registry';
import { isResult } from '../../src/core/seeds';
import { answersChart, answersOf, askedOf, coincidingIn } from '../../src/figures/answers';
import { band, csvOfTable } from '../../src/figures/chart';
import { computeChart, coursesOf, perplexityAt } from '../../src/figures/compute';
import { documentsTable, histogramOf, lengthsOf } from '../../src/figures/documents';
import { contextsOf, gapChart, gapsOf, lengthChart, seedSpread } from '../../src/figures/lengths';
import { MASKS, maskPanels } from '../../src/figures/masks';
import {
  flopsPerStep,
  provenanceOf,
  resultsOfRuns,
  stripesOf,
  type Result,
} from '../../src/figures/result';
import {
  wordsOfAnswers,
  wordsOfCompute,
  wordsOfDocuments,
  wordsOfGaps,
  wordsOfLengths,
  wordsOfMasks,
  wordsOfLetters,
} from '../../src/figures/words';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

function result(change: Partial<RunSpec>, perplexities: readonly [number, number]): Result {
  const spec: RunSpec = { ...DEFAULTS, context: 8, window: 4, groupSize: 4, steps: 40, ...change };
  const half = spec.context / 2;
  return {
    spec,
    steps: 40,
    backend: 'wasm',
    machine: '2 × AMD EPYC',
    made: '2026-11-30',
    program: '0.1.0',
    validation: [10, 20, 40].map((step) => ({
      step,
      loss: Math.log(perplexities[1] * (80 / (step + 40))),
      tokens: 1024,
    })),
    buckets: [
      { from: 1, to: half, tokens: 500, loss: Math.log(perplexities[0]) },
      { from: half + 1, to: spec.context, tokens: 500, loss: Math.log(perplexities[1]) },
    ],
    distances: [],
  };
}

const three = (plan: string, perplexities: readonly (readonly [number, number])[]) =>
  perplexities.map((values, i) => result({ plan, seed: i + 1 }, values));
const global = three('global', [[12, 10], [12.1, 10.2], [11.9, 9.8]]); // prettier-ignore

test('gaps are taken seed by seed, because the same seed saw the same batches', () => {
  const grouped = three('grouped', [[12, 10.5], [12.1, 10.7], [11.9, 10.3]]); // prettier-ignore
  const gaps = gapsOf([...grouped, ...global], 8);
  expect(gaps.map(({ label }) => label)).toEqual(['Grouped G S S S', 'Grouped G S S S']);
  for (const gap of gaps[1]!.gaps) expect(gap).toBeCloseTo(0.5, 9);
  const chart = gapChart([...grouped, ...global], 8);
  expect(chart.level).toEqual({ y: 0, label: 'Global' });
  expect(chart.series[0]!.points.map(({ x }) => x)).toEqual([4, 8]);
  expect(chart.table.rows[1]).toEqual(['Grouped G S S S', '5–8', 0.5, 0.5, 0.5, 3, 500]);
});

test('a gap is a result only if three seeds agree and it exceeds their differences', () => {
  expect(isResult([0.5, 0.52, 0.49])).toBe(true);
  expect(isResult([0.5, 0.52])).toBe(false);
  expect(isResult([0.1, 0.5, 0.9])).toBe(false);
  expect(isResult([-0.1, 0.1, 0.5])).toBe(false);
});

test('the sentence says so if grouped attention is worse than the paper claims', () => {
  const words = wordsOfGaps([...three('grouped', [[12, 10.5], [12.1, 10.7], [11.9, 10.3]]), ...global], 8); // prettier-ignore
  expect(words).toContain('Grouped G S S S lies 0.50 above global (500 held-out tokens)');
  expect(words).toContain('at our scale this disagrees, grouped being worse at 5–8 tokens read');
});

test('of the gaps that are results, the sentence says which favour grouped, and that the others say nothing', () => {
  const grouped = three('grouped', [[12.4, 9], [12.1, 9.2], [11.9, 8.8]]); // prettier-ignore
  expect(wordsOfGaps([...grouped, ...global], 8)).toContain(
    'none contradicts this: grouped is better at 5–8 tokens read; the other gaps say nothing.',
  );
  const last = grouped.map((one) => ({ ...one, spec: { ...one.spec, place: 'last' as const } }));
  expect(wordsOfGaps([...grouped, ...last, ...global], 8)).toContain(
    'grouped G S S S is better at 5–8 tokens read; grouped S S S G is better at 5–8 tokens read; the other',
  );
});

test('the sentence says that differences within the band of seeds are not a result', () => {
  const grouped = three('grouped', [[12, 10.4], [12.1, 9.9], [11.9, 9.9]]); // prettier-ignore
  const words = wordsOfGaps([...grouped, ...global], 8);
  expect(words).toContain('No gap is larger than the spread between the 3 seeds');
  expect(words).toContain('no gap larger than the spread between seeds contradicts this.');
  expect(seedSpread([...grouped, ...global])).toBeCloseTo(0.7, 9);
});

test('one seed is never a result, and is compared with the spread of the others', () => {
  const one = [result({ plan: 'global', context: 16, seed: 1 }, [12, 9]), result({ plan: 'local', context: 16, seed: 1 }, [12, 11])]; // prettier-ignore
  expect(wordsOfGaps(one, 16)).toContain('One seed only: the spread between seeds is unknown');
  const more = three('local', [[12, 10.4], [12.1, 9.9], [11.9, 9.9]]); // prettier-ignore
  expect(wordsOfGaps([...one, ...global, ...more], 16)).toContain(
    'One seed only; between seeds the gaps differ by up to 0.70 where that was measured',
  );
  expect(contextsOf([...one, ...global])).toEqual([8, 16]);
});

test('without global attention there is nothing to compare with, and the sentence says so', () => {
  expect(wordsOfGaps(three('local', [[1, 2]]), 8)).toBe(
    'At context 8 there is no run of global attention to compare with.',
  );
});

test('curves carry the mean and the band of the seeds', () => {
  expect(band([1, 2, 6])).toEqual({ y: 3, low: 1, high: 6 });
  const { series, table } = lengthChart(global, 8);
  expect(series[0]!.points[1]!.y).toBeCloseTo(10, 9);
  expect(series[0]!.points[1]!.low).toBeCloseTo(9.8, 9);
  expect(table.rows[0]).toEqual(['Global', '1–4', 12, 11.9, 12.1, 3, 500]);
  expect(wordsOfLengths(global, 8)).toContain('Reading more helps: global attention');
  expect(wordsOfLengths(three('global', [[10, 12]]), 8)).toContain(
    'Reading more does not help yet',
  );
});

test('perplexity is plotted over the FLOPs from the spec', () => {
  const grouped = three('grouped', [[12, 10], [12, 10], [12, 10]]); // prettier-ignore
  const courses = coursesOf([...global, ...grouped]);
  expect(courses.map(({ plan, seeds }) => [plan, seeds])).toEqual([
    ['global', 3],
    ['grouped', 3],
  ]);
  const [first] = courses;
  expect(first!.points[0]!.flops).toBe(10 * flopsPerStep(global[0]!.spec));
  expect(courses[1]!.points[0]!.flops).toBeLessThan(first!.points[0]!.flops);
  expect(perplexityAt(first!, first!.points[1]!.flops)).toBe(first!.points[1]!.y);
  const between = Math.sqrt(first!.points[0]!.flops * first!.points[1]!.flops);
  expect(perplexityAt(first!, between)).toBeCloseTo(
    (first!.points[0]!.y + first!.points[1]!.y) / 2,
    9,
  );
  expect(perplexityAt(first!, 1)).toBeUndefined();
  expect(computeChart([...global, ...grouped]).series).toHaveLength(2);
  expect(wordsOfCompute([...global, ...grouped])).toMatch(
    /^Context 8: grouped needs \d+ % of global's FLOPs per step/,
  );
  expect(wordsOfCompute([])).toContain('no pair');
});

test('every document counts in one bin of doubling lengths', () => {
  const corpus = lengthsOf({
    title: 'Letters',
    documents: [100, 128, 200, 5000].map((length) => ({ start: 7, end: 7 + length })),
  });
  const histogram = histogramOf([corpus]);
  expect(histogram.bins[0]).toEqual({ from: 64, to: 128 });
  expect(histogram.bins.at(-1)).toEqual({ from: 4096, to: 8192 });
  expect(histogram.corpora[0]!.counts).toEqual([1, 2, 0, 0, 0, 0, 1]);
  expect(documentsTable(histogram).rows[1]).toEqual(['Letters', '128–255', 2, 0.5]);
  expect(wordsOfDocuments([corpus], [128])).toContain(
    'Letters: 4 documents, median length 164 characters; 50 % have more than 128.',
  );
  expect(() => lengthsOf({ title: 'x', documents: [{}] })).toThrow('should have a title');
});

test('Figure 1 counts what it draws', () => {
  const panels = maskPanels();
  expect(panels.map(({ label, masks }) => [label, masks.map((mask) => mask.label)])).toEqual([
    ['Global', ['every layer']],
    ['Local', ['every layer']],
    ['Approximate', ['every layer']],
    ['Grouped', ['layer 1', 'layers 2–4']],
  ]);
  for (const { cells, pairs, pattern } of panels.flatMap(({ masks }) => masks)) {
    if (pattern !== 'Approximate') expect(cells.filter((cell) => cell === 1)).toHaveLength(pairs);
  }
  expect(wordsOfMasks(panels, MASKS.T)).toContain('our reconstruction');
});

const answering = (
  change: Partial<RunSpec>,
  right: (distance: number) => number,
  distances = Array.from({ length: 23 }, (_, i) => i + 1),
): Result => ({
  ...result({ task: 'needle', context: 24, window: 4, layers: 2, distance: 1, ...change }, [1, 1]),
  buckets: [],
  distances: distances.map((distance) => ({ distance, right: right(distance), questions: 8 })),
});

test('accuracy by distance has the cliff of the local stack, and no point that mixes both sides', () => {
  const results = [
    answering({ plan: 'global' }, () => 8),
    answering({ plan: 'local' }, (distance) => (distance < 7 ? 8 : 1)),
  ];
  const [asked] = askedOf(results);
  expect(asked).toMatchObject({ label: 'Needle', control: false });
  const { series, cliffs, level } = answersChart(results, asked!);
  expect(cliffs!.map(({ x }) => x)).toEqual([6.5]); // 1 + 2 (4 - 1) = 7 tokens in reach, including the one at the question
  expect(level!.y).toBe(1 / 8);
  const local = series.find(({ label }) => label === 'Local')!;
  for (const { x, y } of local.points) expect(y).toBe(x < 6.5 ? 1 : 1 / 8);
  expect(answersOf(results, asked!)[1]).toMatchObject({ cliff: 7, before: 1, beyond: 1 / 8 });
  expect(wordsOfAnswers(results, asked!)).toContain(
    'Local, with a reach of 7 tokens (itself and 6 before it), answers 100 % of the questions within its reach correctly, and 13 % of those beyond it.',
  );
});

test('the band around guessing shows chance alone, and points with few questions are marked', () => {
  const many = answering({ plan: 'local' }, () => 1);
  const distances = many.distances.map((one) => ({
    ...one,
    questions: one.distance <= 4 ? 8 : 800,
    right: one.distance <= 4 ? 1 : 100,
  }));
  const results = [{ ...many, distances }];
  const { series, level } = answersChart(results, askedOf(results)[0]!);
  expect(level!.within).toHaveLength(series[0]!.points.length);
  for (const [i, { x, few }] of series[0]!.points.entries()) {
    const { x: at, low, high } = level!.within![i]!;
    expect(at).toBe(x);
    expect(few === true, `${x}`).toBe(x < 5);
    expect(low).toBeLessThan(1 / 8);
    expect(high, `${x}`).toBeGreaterThan(1 / 8);
    expect(high - low > 0.2, `${x}`).toBe(x < 5);
  }
  expect(wordsOfAnswers(results, askedOf(results)[0]!)).toContain('fewer than 30 questions');
});

test('curves with the same counts are said to coincide, unless every answer is right', () => {
  const results = [
    answering({ plan: 'global' }, () => 8),
    answering({ plan: 'grouped' }, () => 8),
    answering({ plan: 'local' }, () => 1),
    answering({ plan: 'approximate' }, () => 1),
  ];
  const [asked] = askedOf(results);
  expect(coincidingIn(results, asked!)).toEqual([['Local', 'Approximate']]);
  expect(wordsOfAnswers(results, asked!)).toContain(
    'Local and Approximate have the same counts at every distance, so their curves coincide.',
  );
  expect(coincidingIn([results[0]!, results[2]!], asked!)).toEqual([]);
});

test('a run with questions only beyond its reach is described as such', () => {
  const results = [answering({ plan: 'local' }, () => 1, [7, 8, 9])];
  expect(wordsOfAnswers(results, askedOf(results)[0]!)).toContain(
    'was asked only beyond its reach and answers 13 % of the questions correctly.',
  );
});

test('a context with every token in reach is a control, and the sentence says how close the plans are', () => {
  const results = [
    answering({ plan: 'local' }, () => 1),
    answering({ plan: 'global', context: 7 }, () => 8, [1, 2, 3]),
    answering({ plan: 'local', context: 7 }, () => 6, [1, 2, 3]),
  ];
  expect(askedOf(results).map(({ label, control }) => [label, control])).toEqual([
    ['Needle, 24 tokens', false],
    ['Needle, 7 tokens (control)', true],
  ]);
  expect(wordsOfAnswers(results, askedOf(results)[1]!)).toContain('they lie 25 % apart');
});

test('runs trained for one distance each make one curve', () => {
  const copy = (plan: string, distance: number, right: number) =>
    answering({ task: 'copy', plan, distance }, () => right, [distance]);
  const results = [copy('global', 20, 8), copy('global', 12, 8), copy('global', 16, 6)];
  const [asked] = askedOf(results);
  const { series } = answersChart(results, asked!);
  expect(series).toHaveLength(1);
  expect(series[0]!.points.map(({ x, y }) => [x, y])).toEqual([[12, 1], [16, 0.75], [20, 1]]); // prettier-ignore
  expect(wordsOfAnswers(results, asked!)).toContain('Each distance is a run of its own');
});

test('runs of a page become results: named and ordered as on the page, with their other seeds, and nothing from another step', () => {
  const evaluation = (step: number, loss: number) => ({
    step,
    positions: { losses: Array<number>(8).fill(4 * loss), counts: Array<number>(8).fill(4) },
    distances: [],
  });
  const spec = (plan: string): RunSpec => ({ ...DEFAULTS, context: 8, window: 4, plan });
  const validations = [{ step: 5, loss: 3, tokens: 64 }];
  const runs = [
    { name: 'Mine', spec: spec('local'), validations, evaluation: evaluation(10, 2) },
    { name: 'Other', spec: spec('local'), validations, evaluation: evaluation(9, 2) },
    { name: 'New', spec: spec('global'), validations: [] },
  ];
  const repeats = [10, 7].map((step, i) => ({
    run: 0,
    seed: 2 + i,
    validations,
    evaluation: evaluation(step, 1),
  }));
  const origin = { backend: 'wasm', machine: 'here', made: '2026-11-24', program: '0.1.0' };
  const results = resultsOfRuns(runs, repeats, origin);
  expect(
    results.map(({ name, steps, spec: { seed }, buckets }) => [name, seed, steps, buckets.length]),
  ).toEqual([
    ['Mine', 1, 10, 4],
    ['Other', 1, 5, 0], // only the course of its losses is known
    ['Mine', 2, 10, 4],
  ]);
  const { series } = lengthChart(results, 8);
  expect(series.map(({ label }) => label)).toEqual(['Mine']);
  const { y, low, high } = series[0]!.points[0]!;
  expect([low, high]).toEqual([Math.exp(1), Math.exp(2)]);
  expect(y).toBeCloseTo((low + high) / 2, 9);
});

test('provenance names origin, seeds, steps, machine, version and day', () => {
  expect(provenanceOf('recorded', global)).toBe(
    'Recorded on Moby-Dick · seeds 1, 2, 3 · 40 steps of 64 tokens · 4 layers, width 64, 4 heads · W 4, C 8 · learning rate 0.003 · WebAssembly · 2 × AMD EPYC · Zebra Lab 0.1.0 · 2026-11-30.',
  );
});

test('CSV quotes what needs quoting, and every row states its provenance', () => {
  expect(csvOfTable({ columns: ['a', 'b'], rows: [['x, "y"', 1]] }, 'here')).toBe(
    'a,b,provenance\r\n"x, ""y""",1,"here"\r\n',
  );
});

test('a run named like a formula does not become one in the CSV of a figure', () => {
  const name = '=HYPERLINK("http://a.example","see")';
  const one = { ...result({ plan: 'local' }, [4, 3]), name };
  const csv = csvOfTable(computeChart([one]).table, 'here');
  expect(csv).toContain(`"'=HYPERLINK(""http://a.example"",""see"")"`);
  expect(csv).not.toMatch(/(^|[,\n])"?=/);
});

test('the letters above the plots are explained once each, and only if there are any', () => {
  expect(
    wordsOfLetters(['G S G S · W 16 · 800 steps', 'G S S S · W 32', 'G S G S · W 16']),
  ).toMatch(/^G S G S and G S S S: the layers from the first to the last, G global and S local;/);
  expect(wordsOfLetters(['W 16 · 600 steps', ''])).toBe('');
});

test.each(plans.all.map(({ id }) => id))(
  'the letters of plan %s are explained whole, wherever its global layers are',
  (plan) => {
    const letters = [...patterns.all.map(({ letter }) => letter), '1'];
    const given = fc.record({
      groupSize: fc.integer({ min: 1, max: 8 }),
      place: fc.constantFrom('first' as const, 'last' as const),
      signs: fc.array(fc.constantFrom(...letters), { minLength: 2, maxLength: 12 }),
    });
    fc.assert(
      fc.property(given, given, (a, b) => {
        const [one, two] = [a, b].map(({ signs, ...rest }) =>
          stripesOf({
            ...DEFAULTS,
            ...{ plan, layers: signs.length, stripes: signs.join(''), masks: 'causal & chunk(4)' },
            ...rest,
          }),
        ) as [string, string];
        const words = one === two ? one : `${one} and ${two}`;
        expect(wordsOfLetters([`${words} · W 16 · 600 steps`, `${two} · W 16`])).toMatch(
          new RegExp(`^${words}: the layers from the first to the last, G global`),
        );
        const explained = wordsOfLetters([one]);
        for (const letter of new Set(one.split(' ')))
          expect(explained).toMatch(new RegExp(`[,d] ${letter} [a-z]`));
      }),
    );
  },
);
