/**
 * @file `npm run record [-- --force] [-- --only WORD]`: trains the runs behind the figures, in Node on the same engine as the
 * page's WebAssembly, and writes public/recorded/. Existing recordings are kept, so an interrupted run continues; --force
 * makes them again. Initial comparisons are recorded whole, as public/recorded/races/ID.json; their WORD is race-ID.
 * Shipped models adapted to a longer context are recorded as public/recorded/adapted/ID.json; their WORD is
 * adaptation-ID.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { optionsOf } from '../options.mjs';
import { comparisonOf, starts } from '../../src/compare/starts';
import type { Start } from '../../src/compare/defineStart';
import { specsOf } from '../../src/compare/comparison';
import { writeFile } from '../../src/compare/file';
import type { StepRecord } from '../../src/compare/history';
import { pick } from '../../src/draw/curves';
import { adaptedBuckets, type AdaptedLook } from '../../src/figures/adaptation';
import { bucketsOf, meanLoss } from '../../src/figures/buckets';
import { ADAPTATION_VERSION, type RecordedAdaptation } from '../../src/figures/recordedAdaptation';
import {
  RECORDING_VERSION,
  type Recording,
  type ValidationPoint,
} from '../../src/figures/recording';
import { HOST_LIMITS } from '../../src/machines/backend';
import type { SliceScore } from '../../src/data/slice';
import { readCheckpoint } from '../../src/model/files/checkpoint';
import { adaptEvaluations, adaptVariants, type AdaptPlan } from '../../src/spec/adaptation';
import { presets, specOfPreset } from '../../src/spec/preset';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { record as keepMoment, writeMoments, type Moments } from '../../src/session/moments';
import type { Trainer } from '../../src/train/trainer';
import { adapt } from '../../src/train/adapt';
import { short } from './short';
import { feedOf, modelsOf, open, surroundings, type Surroundings } from './surroundings';

interface Job {
  readonly name: string; // of its file
  readonly spec: RunSpec;
  /** Distances to test; by default every one it was trained for. */
  readonly ask?: readonly number[];
}

/** Held-out tokens behind a point of the curve, and behind the buckets at the end. */
const TOKENS = { point: 16_384, end: 65_536 };
/** Batches of questions at each distance. */
const QUESTIONS = 6;
/** Points of the training loss that are stored. */
const CURVE = 48;

// ------------------------------------------------------------------------------------------- what is trained

/** 1.2 million characters: about the length of Moby-Dick. */
const TEXT_STEPS = 600;
const text: RunSpec = {
  ...DEFAULTS,
  task: 'moby-dick',
  layers: 4,
  width: 64,
  heads: 4,
  window: 32,
  chunk: 16,
  groupSize: 4,
  place: 'first',
  steps: TEXT_STEPS,
  rate: 0.004, // of 0.004, 0.008 and 0.012 the best for global at context 128, seed 1; all plans use it
  warmup: 20,
  backend: 'wasm',
};
/** The same tokens in every step, whatever the context. */
const TOKENS_PER_STEP = 2048;
const PLANS = ['global', 'grouped', 'local', 'approximate'];

const textJob = (task: string, context: number, plan: string, seed: number): Job => ({
  name: `${task}-${context}-${plan}-${seed}`,
  spec: { ...text, task, context, plan, seed, batch: TOKENS_PER_STEP / context },
});

/**
 * A text that rewards reading far back: the useful part is one line of 80 back, beyond the 61 that four layers of
 * window 16 reach.
 */
const table: RunSpec = { ...specOfPreset(presets.get('postal-codes')), backend: 'wasm' };
/**
 * The plans of the paper, the global layer last in its group, and the control: a window that includes the line above.
 */
const TABLE_PLANS: Readonly<Record<string, Partial<RunSpec>>> = {
  global: { plan: 'global' },
  grouped: { plan: 'grouped' },
  local: { plan: 'local' },
  groupedlast: { plan: 'grouped', place: 'last' },
  approximate: { plan: 'approximate' },
  local96: { plan: 'local', window: 96 },
};
/**
 * Steps at a context, until the curves are flat. After 800 steps at 1,024 tokens the seeds of global still differed by
 * 0.07 nats, since one had found the line above later than another.
 */
const tableSteps = (context: number) => (context < 1024 ? table.steps : 2 * table.steps);
const tableJob = (context: number, name: string, seed: number): Job => ({
  name: `postal-codes-${context}-${name}-${seed}`,
  spec: {
    ...table,
    context,
    seed,
    steps: tableSteps(context),
    batch: TOKENS_PER_STEP / context,
    ...TABLE_PLANS[name],
  },
});

/** Small and short, as in the presets of the Lab; the answer may lie anywhere. */
const task: RunSpec = {
  ...DEFAULTS,
  distance: 1,
  layers: 4,
  width: 32,
  heads: 4,
  window: 6,
  chunk: 6,
  batch: 16,
  warmup: 30,
  backend: 'wasm',
};
const taskJob = (
  id: string,
  context: number,
  steps: number,
  plan: string,
  own: Partial<RunSpec> = {},
): Job => ({
  name: `${id}-${context}-${plan}${plan === 'grouped' ? (own.groupSize ?? 2) : ''}-1`,
  spec: { ...task, groupSize: 2, task: id, context, steps, plan, ...own },
});

/**
 * Every letter of a copy is equally far back, and what is learned for one distance is useless at another: one run per
 * distance.
 */
const COPIES = [14, 17, 20, 23, 26];
const copyJob = (distance: number, plan: string): Job => {
  const job = taskJob('copy', 28, 900, plan, { distance });
  return { ...job, name: job.name.replace('copy-28', `copy-28-d${distance}`), ask: [distance] };
};

const tableJobs = (contexts: readonly number[], names: readonly string[]) =>
  each(contexts, (context) =>
    each([1, 2, 3], (seed) => names.map((name) => tableJob(context, name, seed))),
  );

const each = <T>(items: readonly T[], jobs: (item: T) => readonly Job[]) => items.flatMap(jobs);

/** The most informative first, so that an early stop still has those. */
const JOBS: readonly Job[] = [
  ...PLANS.map((plan) => taskJob('needle', 48, 300, plan)),
  // The control: the same, but every plan reaches every token.
  ...PLANS.map((plan) => taskJob('needle', 20, 300, plan)),
  ...each(COPIES, (distance) => PLANS.map((plan) => copyJob(distance, plan))),
  // With the answer at any distance no plan learned it in 700 steps, and G S G S not in 1,800 either; so as in the
  // Lab's preset.
  ...PLANS.map((plan) => taskJob('marker', 40, 700, plan, { distance: 22 })),
  taskJob('marker', 40, 700, 'grouped', { groupSize: 4, distance: 22 }),
  // Looking up a key is learned late: global attention answers 46 % after 4,000 steps, as if it knew the three values
  // but not which key each belongs to; with up to six pairs, 6,000 steps at width 64 were not enough either.
  ...PLANS.map((plan) =>
    taskJob('recall', 32, 4000, plan, { distance: 24, rate: 0.004, batch: 32 }),
  ),
  ...each([128, 512], (context) => PLANS.map((plan) => textJob('moby-dick', context, plan, 1))),
  ...['global', 'grouped'].map((plan) => textJob('moby-dick', 2048, plan, 1)),
  ...each([2, 3], (seed) => PLANS.map((plan) => textJob('moby-dick', 128, plan, seed))),
  ...['local', 'approximate'].map((plan) => textJob('moby-dick', 2048, plan, 1)),
  ...each([2, 3], (seed) => PLANS.map((plan) => textJob('moby-dick', 512, plan, seed))),
  ...each([2, 3], (seed) => PLANS.map((plan) => textJob('moby-dick', 2048, plan, seed))),
  ...tableJobs([512, 1024], ['global', 'grouped', 'local']),
  ...tableJobs([512, 1024], ['groupedlast', 'approximate', 'local96']),
  ...tableJobs([256, 2048], Object.keys(TABLE_PLANS)),
];

// --------------------------------------------------------------------------------------------------- one run

/** Steps after which the held-out loss is measured: frequent at first, when it falls fast. */
const pointsOf = (steps: number): ReadonlySet<number> => {
  const first = [10, 20, 40, 80, 120, steps / 2, (3 * steps) / 4, steps];
  return new Set(first.filter((at) => at <= steps));
};
/** On the table, where it matters when a plan finds the line above. */
const pointsOnTable = (steps: number): ReadonlySet<number> => {
  const all = Array.from({ length: Math.floor(steps / 25) }, (_, i) => 25 * (i + 1));
  return new Set([1, 5, 10, ...all.filter((at) => at <= 300 || at % 100 === 0)]);
};

async function record({ spec, ask }: Job, around: Surroundings): Promise<Recording> {
  const started = performance.now();
  const trainer = await open(spec, around);
  const { source } = trainer;
  const curve: { step: number; loss: number }[] = [];
  const validation: ValidationPoint[] = [];
  const points = spec.task === table.task ? pointsOnTable(spec.steps) : pointsOf(spec.steps);
  while (trainer.step < spec.steps) {
    const { step, loss } = await trainer.next();
    curve.push({ step, loss: rounded(loss) });
    if (!points.has(step)) continue;
    const { positions, slices } = await trainer.evaluateHeldOut(TOKENS.point);
    const tokens = positions.counts.reduce((a, b) => a + b, 0);
    validation.push({
      step,
      loss: rounded(meanLoss(positions)),
      tokens,
      ...(slices.length > 0 && { slices: slices.map(roundedSlice) }),
    });
  }
  const isText = source.kind === 'corpus';
  const end = isText ? await trainer.evaluateHeldOut(TOKENS.end) : undefined;
  const buckets = end ? bucketsOf(end.positions) : [];
  const distances = isText
    ? []
    : await trainer.accuracyByDistance(
        ask ??
          Array.from(
            // only what it was trained for
            { length: source.maxDistance(spec.context) - spec.distance + 1 },
            (_, i) => spec.distance + i,
          ),
        QUESTIONS,
      );
  trainer.dispose();
  return {
    version: RECORDING_VERSION,
    program: around.version,
    made: around.made,
    machine: around.machine,
    backend: 'wasm',
    seconds: Math.round((performance.now() - started) / 100) / 10,
    spec,
    curve: pick(curve, CURVE),
    validation,
    buckets: buckets.map((bucket) => ({ ...bucket, loss: rounded(bucket.loss) })),
    distances,
    ...(end && { slices: end.slices.map(roundedSlice) }),
  };
}

const rounded = (loss: number) => Number(loss.toFixed(4));

const roundedSlice = ({ id, loss, accuracy, tokens }: SliceScore): SliceScore => ({
  id,
  loss: rounded(loss),
  accuracy: rounded(accuracy),
  tokens,
});

// ----------------------------------------------------------------------------------------- whole comparisons

/** Steps whose maps are stored: most of them early, when much happens. */
const picturesAt = (steps: number) => [0, 0.04, 0.15, 0.4, 1].map((at) => Math.round(at * steps));
/** Steps at which a page validates. */
const validates = (step: number) => [1, 5, 10].includes(step) || step % 25 === 0;

/** A starting comparison of the Compare page, in lockstep as there: the file that page reads. */
async function recordRace(start: Start, around: Surroundings): Promise<string> {
  const comparison = comparisonOf(start, 'wasm');
  const trainers: Trainer[] = [];
  for (const spec of specsOf(comparison)) trainers.push(await open(spec, around));
  const runs = trainers.map((trainer) => ({
    trainer,
    steps: [] as StepRecord[],
    validations: [] as Awaited<ReturnType<Trainer['validate']>>[],
  }));
  const pictures = new Set(picturesAt(start.steps));
  let moments: Moments = [];
  for (let step = 0; step <= start.steps; step++) {
    if (step > 0)
      for (const run of runs) {
        run.steps.push(short(await run.trainer.next()));
        if (validates(step) || step === start.steps)
          run.validations.push(short(await run.trainer.validate()));
      }
    if (!pictures.has(step)) continue;
    const frames = [];
    for (const { trainer } of runs) frames.push(await trainer.frame());
    moments = keepMoment(moments, step, frames);
  }
  const histories = [];
  for (const { trainer, steps, validations } of runs) {
    const evaluation = await trainer.evaluation();
    histories.push({ steps, validations, peak: trainer.bytes, evaluation: short(evaluation) });
    trainer.dispose();
  }
  const maps = writeMoments(moments);
  return writeFile({
    comparison,
    machine: { name: 'wasm', device: around.machine, kernel: 'simd' },
    program: around.version,
    made: around.made,
    histories,
    repeats: [],
    ...(maps && { pictures: maps }),
  });
}

// ------------------------------------------------------------------------------------------- longer contexts

interface AdaptJob {
  readonly model: string; // in models/, without its extension
  readonly plan: AdaptPlan;
}

/** As the Generate page offers it, but with fewer steps. */
const ADAPTATIONS: readonly AdaptJob[] = [
  {
    model: 'moby-dick-128-global',
    plan: {
      times: 4,
      plan: 'grouped',
      rotary: 'interpolated',
      steps: 120,
      rate: 0.002,
      scratch: true,
    },
  },
];

/** A shipped model trained further with a longer context, evaluated as the page does. */
async function recordAdaptation(
  { model, plan }: AdaptJob,
  file: Uint8Array,
  around: Surroundings,
): Promise<RecordedAdaptation> {
  const started = performance.now();
  const checkpoint = readCheckpoint(file);
  const variants = adaptVariants(checkpoint.spec, plan);
  const looks: AdaptedLook[] = [];
  const job = {
    model: checkpoint,
    variants,
    lookAt: adaptEvaluations(plan.steps),
    byPosition: true,
    feed: (spec: RunSpec) => Promise.resolve(feedOf(spec, around)),
  };
  for await (const said of adapt(modelsOf(around), HOST_LIMITS, job, () => false)) {
    if (said.kind !== 'look') continue;
    const { index, step, positions } = said.look;
    const buckets = adaptedBuckets(positions!).map((bucket) => ({
      ...bucket,
      loss: rounded(bucket.loss),
    }));
    looks.push({ role: variants[index]!.role, step, buckets });
  }
  return {
    version: ADAPTATION_VERSION,
    program: around.version,
    made: around.made,
    machine: around.machine,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    model,
    context: checkpoint.spec.context,
    plan,
    looks,
  };
}

// ------------------------------------------------------------------------------------------------- all of it

const FOLDER = 'public/recorded';

export async function main(given: readonly string[]): Promise<void> {
  const { values } = optionsOf(
    'npm run record -- [--only WORD] [--force]',
    { only: { type: 'string' }, force: { type: 'boolean' } },
    { given },
  );
  const around = await surroundings();
  const isAsked = (name: string) => name.includes(values.only ?? '');
  const isThere = (file: string) => existsSync(file) && !values.force;
  for (const folder of ['races', 'adapted']) mkdirSync(`${FOLDER}/${folder}`, { recursive: true });

  let total = 0;
  for (const job of JOBS.filter(({ name }) => isAsked(name))) {
    const file = `${FOLDER}/${job.name}.json`;
    if (isThere(file)) continue;
    const recording = await record(job, around);
    writeFileSync(file, JSON.stringify(recording) + '\n');
    list();
    total += recording.seconds;
    const { validation, seconds } = recording;
    console.log(
      `${job.name}: loss ${validation.at(-1)!.loss} after ${seconds} s, ${Math.round(total)} s in all`,
    );
  }

  for (const start of starts.all.filter(({ id }) => isAsked(`race-${id}`))) {
    const file = `${FOLDER}/races/${start.id}.json`;
    if (isThere(file)) continue;
    const text = await recordRace(start, around);
    writeFileSync(file, text + '\n');
    console.log(`race-${start.id}: ${text.length} characters`);
  }

  for (const job of ADAPTATIONS.filter(({ model }) => isAsked(`adaptation-${model}`))) {
    const file = `${FOLDER}/adapted/${job.model}.json`;
    if (isThere(file)) continue;
    const model = new Uint8Array(readFileSync(`models/${job.model}.zip`));
    const recorded = await recordAdaptation(job, model, around);
    writeFileSync(file, JSON.stringify(recorded) + '\n');
    console.log(`adaptation-${job.model}: ${recorded.looks.length} looks in ${recorded.seconds} s`);
  }
}

/** The page fetches this list first. */
function list(): void {
  const names = readdirSync(FOLDER).filter(
    (name) => name.endsWith('.json') && name !== 'index.json',
  );
  writeFileSync(`${FOLDER}/index.json`, JSON.stringify(names.sort(), undefined, 1) + '\n');
}
