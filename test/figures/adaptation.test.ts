/** @file Adaptations to a longer context: as a figure, and as recordings that are read strictly. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plans } from '../../src/attention/plans';
import { InputError } from '../../src/core/check';
import {
  adaptationChart,
  adaptedBuckets,
  wordsOfAdaptation,
  type AdaptedLook,
} from '../../src/figures/adaptation';
import { parseAdaptation, type RecordedAdaptation } from '../../src/figures/recordedAdaptation';
import { readCard, type Card } from '../../src/model/files/card';
import {
  adaptedSpec,
  adaptEvaluations,
  adaptVariants,
  type AdaptPlan,
} from '../../src/spec/adaptation';
import { checkRun } from '../../src/spec/check';
import { readsChunks, type RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const plan: AdaptPlan = {
  times: 4,
  plan: 'grouped',
  rotary: 'interpolated',
  steps: 120,
  rate: 0.002,
  scratch: true,
};
const look = (role: AdaptedLook['role'], step: number, ...losses: [number, number, number]) => ({
  role,
  step,
  buckets: [
    { from: 1, to: 16, tokens: 100, loss: losses[0] },
    { from: 17, to: 32, tokens: 100, loss: losses[1] },
    { from: 33, to: 64, tokens: 200, loss: losses[2] },
  ],
});
const adapted = {
  context: 16,
  plan,
  looks: [
    look('as it was', 0, Math.log(4), Math.log(8), Math.log(16)),
    look('adapted', 0, 3, 3, 3),
    look('adapted', 12, 2.5, 2.5, 2.5),
    look('adapted', 120, Math.log(5), Math.log(5), Math.log(4.5)),
    look('from scratch', 12, 4, 4, 4),
    look('from scratch', 120, Math.log(15), Math.log(15), Math.log(15)),
  ],
};

describe('as a figure', () => {
  const chart = adaptationChart(adapted)!;

  test('has a curve of perplexities for every evaluation, and only the last one for the run from scratch', () => {
    expect(chart.series.map(({ label }) => label)).toEqual([
      'as it was',
      'changed, untrained',
      'after 12 steps',
      'adapted',
      'from scratch',
    ]);
    expect(chart.series[0]!.points.map(({ x, y }) => [x, Math.round(y)])).toEqual([
      [16, 4],
      [32, 8],
      [64, 16],
    ]);
    expect(chart.cliffs).toEqual([{ x: 16, label: 'trained so far' }]);
    expect(chart.table.columns).toHaveLength(6);
    expect(chart.table.rows[2]!.slice(0, 2)).toEqual([64, 16]);
  });

  test('is described in words, also while it is still running', () => {
    expect(wordsOfAdaptation(adapted, chart)).toBe(
      'At 64 tokens perplexity is 16.00 (+300 % against 16) as it was, 4.50 (−10 % against 16) after 120 steps, 15.00 from scratch with as many. Measured on held-out text.',
    );
    const first = { ...adapted, looks: adapted.looks.slice(0, 2) };
    expect(wordsOfAdaptation(first, adaptationChart(first))).toBe(
      'At 64 tokens perplexity is 16.00 (+300 % against 16) as it was. Measured on held-out text.',
    );
  });

  test('has no figure before the first evaluation', () => {
    expect(adaptationChart({ ...adapted, looks: [] })).toBeUndefined();
    expect(wordsOfAdaptation({ ...adapted, looks: [] }, undefined)).toBe('');
  });

  test('groups positions from 16 tokens on', () => {
    const losses = new Array<number>(512).fill(2);
    const buckets = adaptedBuckets({ losses, counts: new Array<number>(512).fill(1) });
    expect(buckets.map(({ to }) => to)).toEqual([16, 32, 64, 128, 256, 512]);
  });
});

const recording: RecordedAdaptation = {
  version: 1,
  program: '0.1.0',
  made: '2026-11-30',
  machine: '2 × AMD EPYC, WebAssembly',
  seconds: 12.5,
  model: 'moby-dick-128-global',
  ...adapted,
};
const refusal = (change: object) => () =>
  parseAdaptation('a', JSON.stringify({ ...recording, ...change }));

test('a recording comes back as it was written', () => {
  expect(parseAdaptation('a', JSON.stringify(recording))).toEqual(recording);
});

test.each([
  [{ version: 2 }, 'adaptation a has version 2; this program reads version 1'],
  [{ version: undefined }, 'adaptation a has version missing'],
  [{ made: 'today' }, 'made of adaptation a is "today"; it should be a date like 2026-11-30'],
  [{ seconds: -1 }, 'seconds of adaptation a is -1; it should be a number'],
  [{ extra: 1 }, '"extra" of adaptation a is not known'],
  [{ machine: '' }, 'machine of adaptation a is ""; it should be words'],
  [{ context: 10 }, 'the buckets end at 64; the context is 40'],
  [{ plan: { ...plan, plan: 'zebra' } }, 'plan of plan of adaptation a is "zebra"'],
  [{ plan: { ...plan, rotary: 'odd' } }, 'rotary of plan of adaptation a is "odd"'],
  [{ plan: { ...plan, steps: 100 } }, 'step of look 4 of adaptation a is 120'],
  [{ looks: [] }, 'looks of adaptation a is a list of 0; it should be a list of 1 to 40'],
  [{ looks: [adapted.looks[0], adapted.looks[0]] }, "have 'as it was' at step 0 twice"],
  [
    { looks: [{ ...adapted.looks[0], buckets: adapted.looks[0]!.buckets.slice(1) }] },
    'look 1 of adaptation a: a bucket begins at 17; the one before it ends at 0',
  ],
  [
    {
      looks: [
        adapted.looks[0],
        { ...adapted.looks[1], buckets: [{ from: 1, to: 64, tokens: 1, loss: 1 }] },
      ],
    },
    'looks of adaptation a have different buckets; they should have the same',
  ],
])('%o is refused in a sentence', (change, sentence) => {
  expect(refusal(change)).toThrow(sentence);
});

test('a file with any content is read or refused, without another error', () => {
  const text = JSON.stringify(recording);
  const inside = (key: string, value: unknown) => ({
    ...recording,
    looks: [{ ...recording.looks[0], [key]: value }, ...recording.looks.slice(1)],
  });
  const damaged = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 4 }))
      .map(([at, length, put]) => text.slice(0, at) + put + text.slice(at + length)),
    fc
      .tuple(fc.constantFrom(...Object.keys(recording)), fc.jsonValue())
      .map(([key, value]) => JSON.stringify({ ...recording, [key]: value })),
    fc
      .tuple(fc.constantFrom('role', 'step', 'buckets', 'other'), fc.jsonValue())
      .map(([key, value]) => JSON.stringify(inside(key, value))),
    fc
      .tuple(fc.constantFrom(...Object.keys(plan)), fc.jsonValue())
      .map(([key, value]) => JSON.stringify({ ...recording, plan: { ...plan, [key]: value } })),
  );
  fc.assert(
    fc.property(damaged, (given) => {
      try {
        const read = parseAdaptation('a', given);
        wordsOfAdaptation(read, adaptationChart(read));
      } catch (cause) {
        expect(cause).toBeInstanceOf(InputError);
        expect((cause as Error).message.length).toBeGreaterThan(20);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('the published adaptations', () => {
  const folder = new URL('../../public/recorded/adapted/', import.meta.url);
  const names = readdirSync(folder);
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

  test('exist', () => expect(names).toContain('moby-dick-128-global.json'));

  test.each(names)(
    '%s is small, starts from a shipped model, and is evaluated as the page does',
    (name) => {
      const text = read(name);
      expect(text.length).toBeLessThan(20_000);
      const { model, context, plan: asked, looks } = parseAdaptation(name, text);
      const file = new URL(`../../models/${model}.json`, import.meta.url);
      expect(existsSync(file)).toBe(true);
      const { spec } = readCard(JSON.parse(readFileSync(file, 'utf8')) as Card);
      expect(context).toBe(spec.context);
      for (const { role, steps } of adaptVariants(spec, asked)) {
        const at = looks.filter((one) => one.role === role).map(({ step }) => step);
        const wanted = steps === 0 ? [0] : [...adaptEvaluations(asked.steps), steps];
        expect(at, role).toEqual(wanted);
      }
    },
  );

  test('show their point: beyond its context the model breaks down, and adapting repairs it', () => {
    const { looks, plan: asked } = parseAdaptation('it', read('moby-dick-128-global.json'));
    const far = (role: string, step: number) =>
      Math.exp(looks.find((one) => one.role === role && one.step === step)!.buckets.at(-1)!.loss);
    expect(far('as it was', 0)).toBeGreaterThan(20);
    expect(far('adapted', asked.steps)).toBeLessThan(7);
    expect(far('adapted', asked.steps)).toBeLessThan(far('from scratch', asked.steps));
  });
});

test('the settings of an adapted model have the same tokens per step, and scaled positions or a larger base', () => {
  const file = new URL('../../models/moby-dick-128-global.json', import.meta.url);
  const { spec } = readCard(JSON.parse(readFileSync(file, 'utf8')) as Card);
  const longer = adaptedSpec(spec, plan);
  expect(longer).toMatchObject({
    context: 512,
    batch: 4,
    ropeScale: 4,
    ropeBase: 10_000,
    warmup: 12,
  });
  const base = adaptedSpec(spec, { ...plan, rotary: 'base' });
  expect(base.ropeScale).toBe(1);
  expect(base.ropeBase).toBe(Math.round(10_000 * 4 ** (16 / 14)));
  const variants = adaptVariants(spec, plan);
  for (const variant of variants) expect(() => checkRun(variant.spec)).not.toThrow();
  expect(variants.map(({ role, from, steps }) => [role, from, steps])).toEqual([
    ['as it was', 'model', 0],
    ['adapted', 'model', 120],
    ['from scratch', 'scratch', 120],
  ]);
  expect(variants[0]!.spec).toMatchObject({ plan: 'global', ropeScale: 1, context: 512 });
  expect(adaptVariants(spec, { ...plan, scratch: false })).toHaveLength(2);
});

test.each(plans.all.map(({ id }) => id))(
  'a model whose documents were kept apart can be adapted to the plan %s',
  (id) => {
    const packed: RunSpec = { ...DEFAULTS, documents: 'masked' };
    checkRun(packed);
    const longer = adaptedSpec(packed, { ...plan, plan: id });
    expect(() => checkRun(longer)).not.toThrow();
    expect(longer.documents).toBe(readsChunks(longer) ? 'off' : 'masked');
  },
);
