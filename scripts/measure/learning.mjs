/**
 * @file Measures the numbers about presets in docs/performance.md, on the built page, as a user sees them: seconds from
 * pressing Train, its stages until the first loss (`--only start`), how quickly a slider responds meanwhile (`--only
 * drag`), how long four runs take (`--only race`), and how long the page's main thread is busy at a time (`--only
 * tasks`).
 * `npm run build && npm run measure [-- --only WORD] [-- --json FILE]`
 */
import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { drag, DRAG_HEAD, dragLine, DRAGS } from './drag.mjs';
import { start, START_HEAD, startLine, STARTS } from './start.mjs';
import { race, RACE_HEAD, raceLine, RACES } from './race.mjs';
import { tasks, TASKS, TASKS_HEAD, tasksLines, worstLines } from './tasks.mjs';
import { optionsOf } from '../options.mjs';
import { button, label, numberOf, openAt, openLab, withPage } from '../page.mjs';

const NEEDLE =
  'task=needle&layers=4&width=32&heads=2&context=48&window=6&chunk=6&batch=16&warmup=30';
const MARKER =
  'task=marker&distance=22&layers=4&width=32&heads=4&context=40&window=6&chunk=6&batch=16&warmup=30';
const SOLVED = 90; // per cent of held-out answers
const STEPS = 300; // after which texts are compared

/** What is measured: a name, a URL, and the timeout in seconds. */
const CASES = [
  // URLs without parameters: what a visitor sees first.
  { name: 'The Lab as it opens', page: 'lab', until: 'apart', limit: 120 },
  { name: 'Compare as it opens', page: 'compare', until: 'apart', limit: 240 },
  { name: 'Moby-Dick, G S G S', query: '', until: 'fall', limit: 60 },
  {
    name: 'Moby-Dick, G S G S, software WebGPU',
    query: 'backend=webgpu',
    until: 'fall',
    limit: 120,
  },
  ...['global', 'local', 'approximate', 'grouped'].map((plan) => ({
    name: `Moby-Dick, ${plan}`,
    query: `plan=${plan}&chunk=8`,
    until: 'steps',
    limit: 120,
  })),
  {
    name: 'Moby-Dick, approximate, keys averaged before rotation',
    query: 'plan=approximate&chunk=8&pool=pre',
    until: 'steps',
    limit: 120,
  },
  { name: 'needle, global', query: `${NEEDLE}&plan=global`, until: 'solved', limit: 60 },
  { name: 'needle, approximate', query: `${NEEDLE}&plan=approximate`, until: 'solved', limit: 60 },
  { name: 'needle, grouped G S G S', query: NEEDLE, until: 'solved', limit: 60 },
  { name: 'needle, local', query: `${NEEDLE}&plan=local`, until: 'solved', limit: 60 },
  { name: 'marker, G S G S', query: MARKER, until: 'solved', limit: 60 },
  {
    name: 'marker, S S S G',
    query: `${MARKER}&groupSize=4&place=last`,
    until: 'solved',
    limit: 60,
  },
  { name: 'marker, G S S S', query: `${MARKER}&groupSize=4`, until: 'solved', limit: 60 },
  { name: 'marker, local', query: `${MARKER}&plan=local`, until: 'solved', limit: 60 },
];

/** Nats by which the characters that need the far text must beat local layers for the gap to be visible at a glance. */
const APART = 0.3;
/** Between two polls of the page: each one takes time from what is measured. */
const LOOK_MS = 400;
/** Steps for which the gap has to last. */
const STAYS = 25;

const GOALS = {
  apart: `characters that need the far text ${APART} nats below those of local layers`,
  fall: 'loss 20 % below its start',
  solved: `${SOLVED} % of held-out answers`,
  steps: `${STEPS} steps`,
};

const { values } = optionsOf(
  'npm run measure -- [--only WORD] [--steps N] [--profile] [--json FILE]',
  {
    only: { type: 'string', default: '' },
    steps: { type: 'string', default: '100' }, // of each run of a race
    profile: { type: 'boolean', default: false }, // name the functions of the longest tasks
    json: { type: 'string' },
  },
);
const isChosen = ({ name }) => name.includes(values.only);
const chosen = CASES.filter(isChosen);
const rows = [];
const starts = [];
const drags = [];
const races = [];
const used = [];
await withPage({ webgpu: true }, async (address, browser) => {
  for (const { name, query, until, limit, page: opening } of chosen) {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      serviceWorkers: 'block',
    });
    if (opening) await openAt(page, `${address}#/${opening}`);
    else await openLab(page, address, query);
    rows.push({ name, ...(await measure(page, until, limit)) });
    await page.close();
    console.log(line(rows.at(-1)));
  }
  for (const one of STARTS.filter(isChosen)) {
    starts.push({ name: one.name, ...(await start(browser, address, one)) });
    console.log(startLine(starts.at(-1)));
  }
  for (const one of DRAGS.filter(isChosen)) {
    const { tasks, steps } = await drag(browser, address, one);
    // Only the longest are reported, not the thousands too short to notice.
    drags.push({ name: one.name, steps, tasks: tasks.filter(({ wall }) => wall > 16) });
    console.log(dragLine(drags.at(-1)));
  }
  for (const one of RACES.filter(isChosen)) {
    const steps = Number(values.steps);
    races.push({ name: one.name, steps, ...(await race(browser, address, one, steps)) });
    console.log(raceLine(races.at(-1)));
  }
  for (const one of TASKS.filter(isChosen)) {
    used.push({ name: one.name, ...(await tasks(browser, address, one, values)) });
    console.log([tasksLines(used.at(-1)), ...worstLines(used.at(-1))].join('\n'));
  }
});

async function measure(page, until, limit) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  await button(page, 'Train').click();
  let [first, start, reached, apart] = [];
  while (seconds() < limit && reached === undefined) {
    const losses = page.getByLabel(/^Training loss/); // one per run
    const loss = (await losses.count()) > 0 ? parseFloat(await losses.first().innerText()) : NaN;
    if (first === undefined && loss > 0) [first, start] = [seconds(), loss];
    if (until === 'fall' && loss < 0.8 * start) reached = seconds();
    if (until === 'solved' && (await numberOf(page, 'Validation accuracy')) > SOLVED)
      reached = seconds();
    if (until === 'apart') {
      // Early losses cross: the gap counts from the step after which it lasts.
      const step = await numberOf(page, 'Step count');
      apart = (await gapToLocal(page)) >= APART ? (apart ?? { at: seconds(), step }) : undefined;
      if (apart && step >= apart.step + STAYS) reached = apart.at;
    }
    if (until === 'steps' && (await numberOf(page, 'Step count')) >= STEPS) reached = seconds();
    await page.waitForTimeout(LOOK_MS);
  }
  await button(page, 'Pause').click();
  await page.waitForTimeout(500);
  const result = {
    backend: (await label(page, 'Backend').innerText()).split('\n')[0],
    firstLoss: first,
    reached,
    goal: GOALS[until],
    seconds: seconds(),
    steps: apart?.step ?? (await numberOf(page, 'Step count')),
    accuracy: until === 'solved' ? await numberOf(page, 'Validation accuracy') : undefined,
    validation: until === 'steps' ? await numberOf(page, 'Validation loss') : undefined,
  };
  return result;
}

/** Loss of local layers minus that of this run, on the characters that need the far text; NaN until both are there. */
async function gapToLocal(page) {
  const far = page.locator('.slices');
  const text = (await far.count()) > 0 ? await far.first().innerText() : '';
  const [own, local] = [/([\d.]+) nats each/, /local it was ([\d.]+)/].map((words) =>
    Number(words.exec(text)?.[1] ?? NaN),
  );
  if (!Number.isNaN(own)) return local - own; // the Lab, with the recorded run
  const lossOf = async (name) => {
    const output = label(page, `Repeats of the line above: loss of ${name}`);
    return (await output.count()) > 0
      ? numberOf(page, `Repeats of the line above: loss of ${name}`)
      : NaN;
  };
  return (await lossOf('Local')) - (await lossOf('Grouped'));
}

function line({ name, backend, firstLoss, reached, goal, seconds, steps, accuracy, validation }) {
  const end =
    validation !== undefined
      ? `${reached?.toFixed(1)} s, validation loss ${validation.toFixed(3)}`
      : reached === undefined
        ? `not reached in ${seconds.toFixed(0)} s (${steps} steps, ${accuracy} %)`
        : `${reached.toFixed(1)} s, ${steps} steps`;
  return `| ${name} | ${backend} | ${firstLoss?.toFixed(1)} s | ${goal}: ${end} |`;
}

const machine = `${cpus().length} × ${cpus()[0].model}`;
console.log(`\n${machine}, no GPU, Chromium headless\n`);
if (rows.length > 0) {
  console.log('| preset and plan | backend | first loss after | goal |\n|---|---|---|---|');
  console.log(rows.map(line).join('\n'));
}
if (starts.length > 0) console.log([`\n${START_HEAD}`, ...starts.map(startLine)].join('\n'));
if (drags.length > 0) console.log([`\n${DRAG_HEAD}`, ...drags.map(dragLine)].join('\n'));
if (races.length > 0) console.log([`\n${RACE_HEAD}`, ...races.map(raceLine)].join('\n'));
if (used.length > 0) console.log([`\n${TASKS_HEAD}`, ...used.map(tasksLines)].join('\n'));
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, rows, starts, drags, races, used }, null, 2)}\n`,
  );
