/**
 * @file `npm run measure:starts [-- --only WORD]`: what start values, rates and places of the global layer are worth in 300
 * steps on a text in which reading far pays, and on one in which it does not. About a minute of one core for each row.
 */
import { surroundings } from '../record/around.mjs';
import { bundled } from '../bundle.mjs';

const { BASE, tried } = await bundled('scripts/measure/starts.ts');
const around = await surroundings();

/** Settings that differ from BASE; a row each. */
const PLANS = ['global', 'grouped', 'local'];
const CASES = [
  ...[0.02, 0.1, 0.25, 0.5, 1].flatMap((spread) => PLANS.map((plan) => ({ plan, spread }))),
  ...[0.002, 0.008, 0.012].flatMap((rate) => PLANS.map((plan) => ({ plan, rate }))),
  ...[2, 3].flatMap((seed) => [0.004, 0.008].map((rate) => ({ seed, rate }))),
  { warmup: 20 },
  ...[100, 1000].map((ropeBase) => ({ ropeBase })),
  { place: 'last' },
  { place: 'last', groupSize: 4 },
  { batch: 8 },
  ...[0.02, 0.5].flatMap((spread) => PLANS.map((plan) => ({ task: 'moby-dick', plan, spread }))),
  // Is there something in program code for a model this small to find far back?
  ...PLANS.map((plan) => ({ task: 'program-code', plan, rate: 0.006, warmup: 20, steps: 800 })),
];

const nameOf = (change) =>
  Object.entries(change)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
const given = process.argv.indexOf('--only') + 1;
const chosen = CASES.filter((one) => given === 0 || nameOf(one).includes(process.argv[given]));

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
