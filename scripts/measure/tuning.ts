/**
 * @file `npm run measure:tuning`: long instruction tuning of the shipped models of short ones, in Node on the engine of the
 * page's WebAssembly (two minutes on one core); the numbers in docs/generating.md.
 */
import { optionsOf } from '../options.mjs';
import { readFileSync } from 'node:fs';
import { readCheckpoint } from '../../src/model/files/checkpoint';
import type { AdaptPlan } from '../../src/spec/adaptation';
import { tuneEvaluations, tuneVariants } from '../../src/spec/tuning';
import { adapt } from '../../src/train/adapt';
import { feedOf, modelsOf, surroundings, type Surroundings } from '../record/surroundings';

interface Tuned {
  readonly from: string; // the plan of the model that is tuned
  readonly plan: string;
  readonly rotary: string;
  /** Right answers, 0..1, by kind of question and by time. */
  readonly accuracy: Readonly<Record<string, number>>;
}

/** As the page's own defaults; the last column of the table is the plan. */
const PLAN: AdaptPlan = {
  times: 4,
  plan: 'grouped',
  rotary: 'interpolated',
  steps: 200,
  rate: 0.002,
  scratch: true,
};

const CASES: readonly { readonly model: string; readonly plan: AdaptPlan }[] = [
  { model: 'facts-32-grouped', plan: PLAN },
  { model: 'facts-32-grouped', plan: { ...PLAN, rotary: 'plain', scratch: false } },
  { model: 'facts-32-grouped', plan: { ...PLAN, plan: 'local', scratch: false } },
  { model: 'facts-32-global', plan: { ...PLAN, scratch: false } },
  { model: 'facts-32-global', plan: { ...PLAN, plan: 'global', scratch: false } },
];

async function tune({ model, plan }: (typeof CASES)[number], around: Surroundings): Promise<Tuned> {
  const checkpoint = readCheckpoint(readFileSync(`models/${model}.zip`));
  const variants = tuneVariants({ ...checkpoint.spec, backend: 'wasm' }, plan).map((one) => ({
    ...one,
    spec: { ...one.spec, backend: 'wasm' as const },
  }));
  const accuracy: Record<string, number> = {};
  const room = { total: 2 ** 33, largestTensor: 2 ** 32 };
  const options = {
    model: checkpoint,
    variants,
    lookAt: tuneEvaluations(plan.steps),
    byPosition: false,
    feed: (spec: (typeof variants)[number]['spec']) => Promise.resolve(feedOf(spec, around)),
  };
  for await (const event of adapt(modelsOf(around), room, options, () => false))
    if (event.kind === 'look') accuracy[variants[event.look.index]!.role] = event.look.accuracy;
  return { from: checkpoint.spec.plan, plan: plan.plan, rotary: plan.rotary, accuracy };
}

const percent = (value: number | undefined) =>
  value === undefined ? '–' : `${(100 * value).toFixed(0)} %`;

export async function main(given: readonly string[]): Promise<void> {
  optionsOf('npm run measure:tuning', {}, { given });
  const around = await surroundings();
  console.log(around.machine);
  console.log(
    '| model | tuned as | positions | short, before | long, before | long, after | short, after | from scratch |',
  );
  console.log('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const one of CASES) {
    const { from, plan, rotary, accuracy: a } = await tune(one, around);
    const cells = ['short, before', 'long, before', 'long', 'short, after', 'from scratch'].map(
      (moment) => percent(a[moment]),
    );
    console.log(`| ${from} | ${plan} | ${rotary} | ${cells.join(' | ')} |`);
  }
}
