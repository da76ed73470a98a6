/**
 * @file `npm run models [-- --force] [-- --only WORD]`: trains the shipped models, in Node on the same engine as the page's
 * WebAssembly, and writes models/: ID.zip (a checkpoint without the optimizer's moments), ID.json (its card) and
 * README.md. Existing models are kept, so an interrupted run continues; --force trains them again.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { optionsOf } from '../options.mjs';
import { sources } from '../../src/data/registry';
import { bucketsOf, meanLoss } from '../../src/figures/buckets';
import { CARD_VERSION, SMALL_EVALUATION, type Card } from '../../src/model/files/card';
import { writeCheckpoint } from '../../src/model/files/checkpoint';
import { checkpointFrom } from '../../src/train/keep';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { open, surroundings, type Surroundings } from './surroundings';

interface Recipe {
  readonly id: string;
  readonly title: string;
  /** What the model is good for, in a sentence or two. */
  readonly why: string;
  readonly spec: RunSpec;
}

/** Held-out tokens behind a card's loss. */
const TOKENS = 65_536;
const PLANS = ['global', 'grouped', 'local', 'approximate'] as const;

/** 2,048 tokens per step, whatever the context: 4.1 million characters, some three and a half times the book. */
const text: RunSpec = {
  ...DEFAULTS,
  task: 'moby-dick',
  layers: 4,
  width: 64,
  heads: 4,
  window: 32,
  chunk: 16,
  groupSize: 2,
  place: 'first',
  context: 512,
  batch: 4,
  steps: 2000,
  rate: 0.004,
  warmup: 50,
  backend: 'wasm',
};

/** As the Lab's preset: the answer is at least 22 tokens back, and four local layers of 6 reach 21. */
const marker: RunSpec = {
  ...DEFAULTS,
  task: 'marker',
  context: 40,
  distance: 22,
  layers: 4,
  width: 32,
  heads: 4,
  window: 6,
  chunk: 6,
  groupSize: 2,
  batch: 16,
  steps: 1200,
  warmup: 30,
  backend: 'wasm',
};

/** Short instructions: up to four facts in 24 letters, then eight questions. Tuning on long ones starts from here. */
const facts: RunSpec = {
  ...DEFAULTS,
  task: 'facts',
  context: 32,
  distance: 1,
  layers: 4,
  width: 32,
  heads: 2,
  window: 6,
  chunk: 6,
  groupSize: 2,
  batch: 32,
  steps: 2000,
  rate: 0.003,
  warmup: 50,
  backend: 'wasm',
};

const NAMES = {
  global: 'every layer global',
  grouped: 'grouped, G S G S',
  local: 'every layer local',
  approximate: 'local with summaries',
};

const RECIPES: readonly Recipe[] = [
  ...PLANS.map((plan) => ({
    id: `moby-dick-512-${plan}`,
    title: `Moby-Dick, context 512, ${NAMES[plan]}`,
    why: 'Writes in the manner of the book; the four models of this text and context differ only in their plan.',
    spec: { ...text, plan },
  })),
  {
    id: 'moby-dick-128-global',
    title: 'Moby-Dick, context 128, every layer global',
    why: 'The short model that adaptation to a longer context begins with.',
    spec: { ...text, plan: 'global', context: 128, batch: 16 },
  },
  ...PLANS.map((plan) => ({
    id: `marker-40-${plan}`,
    title: `Marker, ${NAMES[plan]}`,
    why:
      plan === 'local'
        ? 'Guesses: the marker is out of its reach, and no training helps.'
        : 'Finds the marker far back and says what stood behind it.',
    spec: { ...marker, plan },
  })),
  ...(['grouped', 'global'] as const).map((plan) => ({
    id: `facts-32-${plan}`,
    title: `Facts and questions, short, ${NAMES[plan]}`,
    why: 'Reads up to four facts and answers questions about them; tuning on long instructions begins with it.',
    spec: { ...facts, plan },
  })),
  ...PLANS.map((plan) => ({
    id: `sotu-512-${plan}`,
    title: `State of the Union, context 512, ${NAMES[plan]}`,
    why: 'The same four plans on another text.',
    spec: { ...text, task: 'sotu', plan, steps: 1200 },
  })),
];

async function train(
  { id, title, why, spec }: Recipe,
  around: Surroundings,
): Promise<{ card: Card; file: Uint8Array }> {
  const started = performance.now();
  const trainer = await open(spec, around);
  while (trainer.step < spec.steps) {
    await trainer.advance();
    if (trainer.room === 0 || trainer.step === spec.steps) await trainer.reports();
  }
  const seconds = Math.round(performance.now() - started) / 1000;
  const source = sources.get(spec.task);
  const { positions: small } = await trainer.evaluateHeldOut(SMALL_EVALUATION);
  const { positions } = await trainer.evaluateHeldOut(TOKENS);
  const { accuracy } = await trainer.validate();
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  const { adamMoments: _, ...checkpoint } = checkpointFrom(spec, snapshot);
  const rounded = (loss: number) => Number(loss.toFixed(4));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    file: writeCheckpoint(checkpoint),
    card: {
      version: CARD_VERSION,
      id,
      title,
      why,
      data: source.label,
      ...(source.kind === 'corpus' && { licence: source.licence, origin: source.origin }),
      spec,
      steps: spec.steps,
      seconds,
      made: around.made,
      machine: around.machine,
      program: around.version,
      heldOut: { loss: rounded(meanLoss(positions)), tokens: sum(positions.counts) },
      accuracy: rounded(accuracy),
      small: { loss: rounded(meanLoss(small)), tokens: sum(small.counts) },
      buckets:
        source.kind === 'corpus'
          ? bucketsOf(positions).map((bucket) => ({ ...bucket, loss: rounded(bucket.loss) }))
          : [],
    },
  };
}

const FOLDER = 'models';

export async function main(given: readonly string[]): Promise<void> {
  const { values } = optionsOf(
    'npm run models -- [--only WORD] [--force]',
    { only: { type: 'string' }, force: { type: 'boolean' } },
    { given },
  );
  const around = await surroundings();
  for (const recipe of RECIPES.filter(({ id }) => id.includes(values.only ?? ''))) {
    const card = `${FOLDER}/${recipe.id}.json`;
    if (existsSync(card) && !values.force) continue;
    const trained = await train(recipe, around);
    writeFileSync(`${FOLDER}/${recipe.id}.zip`, trained.file);
    writeFileSync(card, JSON.stringify(trained.card, null, 1) + '\n');
    describe();
    const { heldOut, seconds } = trained.card;
    console.log(`${recipe.id}: loss ${heldOut.loss} after ${seconds} s`);
  }
}

/** One table of all models. */
function describe(): void {
  const there = new Set(readdirSync(FOLDER));
  const cards = RECIPES.filter(({ id }) => there.has(`${id}.json`)).map(
    ({ id }) => JSON.parse(readFileSync(`${FOLDER}/${id}.json`, 'utf8')) as Card,
  );
  const row = ({ id, heldOut, accuracy, steps, seconds, buckets }: Card) =>
    [
      `\`${id}\``,
      steps,
      heldOut.loss.toFixed(3),
      buckets.length > 0 ? Math.exp(heldOut.loss).toFixed(2) : '',
      `${(100 * accuracy).toFixed(1)} %`,
      buckets.map(({ to, loss }) => `${to}: ${Math.exp(loss).toFixed(2)}`).join(' · '),
      `${Math.round(seconds)} s`,
    ].join(' | ');
  const { machine, made } = cards[0]!;
  writeFileSync(
    `${FOLDER}/README.md`,
    `# Models

Made by \`npm run models\`, never by hand. Each is a checkpoint (\`ID.zip\`: settings, weights as Hugging Face names
them, checksums) and a card (\`ID.json\`: data, seed, steps, losses, time, machine). The page loads them with one click.

No graphics card was at hand: they were trained on one core (${machine}, ${made}), which is why they are this
small. Losses are in nats per character, held out; perplexity is their exponential. All models of one text saw the same
characters in the same order.

| model | steps | loss | perplexity | accuracy | perplexity by characters read (up to) | training |
| --- | ---: | ---: | ---: | ---: | --- | ---: |
${cards.map((card) => `| ${row(card)} |`).join('\n')}
`,
  );
}
