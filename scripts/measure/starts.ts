/**
 * @file `npm run measure:starts [-- --only WORD]`: the effect of start values, rates and places of the global layer in 300
 * steps, on a text that rewards reading far back and on one that does not: short runs that differ in one setting. About
 * a minute of one core for each row.
 */
import { optionsOf } from '../options.mjs';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { open, surroundings, type Surroundings } from '../record/surroundings';

interface Tried {
  readonly spec: RunSpec;
  /** Held-out loss of all characters after various steps, nats per character. */
  readonly losses: Readonly<Record<number, number>>;
  readonly slices: Readonly<Record<string, number>>; // loss of each slice at the end
  readonly seconds: number;
}

/** Held-out tokens per evaluation on the way, and at the end. */
const TOKENS = { look: 8192, end: 32_768 };
const LOOKS = [100, 150, 200, 250];

const BASE: RunSpec = {
  ...DEFAULTS,
  task: 'postal-codes',
  plan: 'grouped',
  groupSize: 2,
  window: 16,
  chunk: 16,
  context: 512,
  batch: 4,
  rate: 0.004,
  warmup: 50,
  steps: 300,
  spread: 0.5,
  backend: 'wasm',
};

async function tried(change: Partial<RunSpec>, around: Surroundings): Promise<Tried> {
  const started = performance.now();
  const spec: RunSpec = { ...BASE, ...change };
  const trainer = await open(spec, around);
  const losses: Record<number, number> = {};
  const look = async (tokens: number) => {
    const { positions, slices } = await trainer.evaluateHeldOut(tokens);
    const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    losses[trainer.step] = sum(positions.losses) / sum(positions.counts);
    return Object.fromEntries(slices.map(({ id, loss }) => [id, loss]));
  };
  while (trainer.step < spec.steps) {
    await trainer.next();
    if (LOOKS.includes(trainer.step) && trainer.step < spec.steps) await look(TOKENS.look);
  }
  const slices = await look(TOKENS.end);
  trainer.dispose();
  const seconds = Math.round((performance.now() - started) / 1000);
  return { spec, losses, slices, seconds };
}

/** Settings that differ from BASE, one row each. */
const PLANS = ['global', 'grouped', 'local'];
const CASES: readonly Partial<RunSpec>[] = [
  ...[0.02, 0.1, 0.25, 0.5, 1].flatMap((spread) => PLANS.map((plan) => ({ plan, spread }))),
  ...[0.002, 0.008, 0.012].flatMap((rate) => PLANS.map((plan) => ({ plan, rate }))),
  ...[2, 3].flatMap((seed) => [0.004, 0.008].map((rate) => ({ seed, rate }))),
  { warmup: 20 },
  ...[100, 1000].map((ropeBase) => ({ ropeBase })),
  { place: 'last' as const },
  { place: 'last' as const, groupSize: 4 },
  { batch: 8 },
  ...[0.02, 0.5].flatMap((spread) => PLANS.map((plan) => ({ task: 'moby-dick', plan, spread }))),
  // Is there anything far back in program code for a model this small to find?
  ...PLANS.map((plan) => ({ task: 'program-code', plan, rate: 0.006, warmup: 20, steps: 800 })),
];

const nameOf = (change: Partial<RunSpec>) =>
  Object.entries(change)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
export async function main(given: readonly string[]): Promise<void> {
  const { values } = optionsOf(
    'npm run measure:starts -- [--only WORD]',
    { only: { type: 'string' } },
    { given },
  );
  const around = await surroundings();
  const chosen = CASES.filter((one) => nameOf(one).includes(values.only ?? ''));

  console.log(
    `${around.machine}; ${BASE.steps} steps, T = ${BASE.context}, plan ${BASE.plan} unless said`,
  );
  console.log('| settings | 100 steps | 200 steps | at the end | slices | seconds |');
  console.log('| --- | ---: | ---: | ---: | --- | ---: |');
  for (const one of chosen) {
    const { spec, losses, slices, seconds } = await tried(one, around);
    const cells = [100, 200, spec.steps].map((step) => losses[step]?.toFixed(3) ?? '–');
    const parts = Object.entries(slices).map(([id, loss]) => `${id} ${loss.toFixed(3)}`);
    console.log(`| ${[nameOf(one), ...cells, parts.join(', '), seconds].join(' | ')} |`);
  }
}
