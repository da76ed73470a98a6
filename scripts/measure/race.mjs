/**
 * @file The race: four runs on Compare at T = 512, until each has taken the same number of steps. How long that takes,
 * how much of it is steps, and what the rest is. `npm run measure -- --only race [--steps N]`
 */
import { button, newPage, openAt } from '../page.mjs';
import { profilesOf, traced } from './trace.mjs';

/** Moby-Dick with four layers and width 64; global, local, approximate, grouped. */
const PAGE = 'compare?v=1&context=512&width=64';
const LIMIT_MS = 300_000;
/** Methods of the trainer: what an engine that is not taking a step is doing. */
const PARTS = ['advance', 'reports', 'validate', 'sample', 'prefill', 'next', 'frame', 'snapshot'];
const NAMES = { advance: 'steps', reports: 'steps', prefill: 'sample', next: 'sample' };

export const RACES = [
  { name: 'race: not isolated, one thread', isolated: false },
  { name: 'race: a thread per core', isolated: true },
  { name: 'race, sampled: a thread per core', isolated: true, profile: true },
];

/** Trains all four runs for `steps` steps, and adds up what the engine reports. */
export async function race(browser, address, { isolated, profile = false }, steps) {
  const page = await newPage(browser, address, isolated);
  try {
    await page.addInitScript(countReports);
    await openAt(page, `${address}#/${PAGE}`);
    const trained = async () => {
      await page.evaluate(() => (globalThis.race.began = performance.now()));
      await button(page, 'Train').click();
      await page.waitForFunction(
        (least) => {
          const runs = Object.values(globalThis.race.runs);
          return runs.length === 4 && runs.every(({ steps }) => steps >= least);
        },
        steps,
        { timeout: LIMIT_MS, polling: 200 },
      );
      return page.evaluate((most) => globalThis.race.result(most), steps);
    };
    if (!profile) return { ...(await trained()), threads: await threadsOf(page) };
    const client = await page.context().newCDPSession(page);
    let result;
    const trace = await traced(
      client,
      async () => {
        result = await trained();
      },
      { profile: true },
    );
    return { ...result, threads: await threadsOf(page), parts: partsOf(trace) };
  } finally {
    await page.close();
  }
}

const threadsOf = (page) =>
  page.evaluate(() => (globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1));

/** In the page: the steps that each run reports, and when. */
function countReports() {
  const runs = {};
  globalThis.race = {
    runs,
    began: 0,
    result(most) {
      const all = Object.values(runs).map(({ times, ms }) => ({
        ms: ms.slice(0, most).reduce((sum, one) => sum + one, 0),
        reached: times[most - 1] - globalThis.race.began,
      }));
      return { runs: all, total: Math.max(...all.map(({ reached }) => reached)) };
    },
  };
  const Before = globalThis.Worker;
  globalThis.Worker = class extends Before {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (data?.type !== 'metrics') return;
        const run = (runs[data.runId] ??= { steps: 0, times: [], ms: [] });
        for (const { step, ms } of data.steps) {
          run.steps = step;
          run.times[step - 1] = performance.now();
          run.ms[step - 1] = ms;
        }
      });
    }
  };
}

/** Milliseconds of the engine's thread, by what it was doing. */
function partsOf(trace) {
  const parts = {};
  const trains = ({ samples }) =>
    samples.some(({ stack }) => stack.some(({ functionName }) => functionName === 'advance'));
  for (const { ms, stack } of profilesOf(trace).find(trains)?.samples ?? []) {
    const part = stack.find(({ functionName }) => PARTS.includes(functionName))?.functionName;
    const idle = stack[0]?.functionName === '(idle)' ? 'idle' : 'turns and messages';
    const name = part ? (NAMES[part] ?? part) : idle;
    parts[name] = (parts[name] ?? 0) + ms;
  }
  return parts;
}

export const RACE_HEAD = `| race | threads | steps each | total | in steps, per run | not in steps |\n|---|---|---|---|---|---|`;

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** One line of the table, and one per part of a sampled race. */
export function raceLine({ name, threads, steps, runs, total, parts }) {
  const each = runs.map(({ ms }) => `${(ms / steps).toFixed(0)} ms`).join(', ');
  const rest = total - runs.reduce((sum, { ms }) => sum + ms, 0);
  const line = `| ${name} | ${threads} | ${steps} | ${seconds(total)} | ${each} | ${seconds(rest)} (${((100 * rest) / total).toFixed(0)} %) |`;
  if (!parts) return line;
  const words = Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .map(([part, ms]) => `${part} ${seconds(ms)}`);
  return `${line}\nThe engine's thread meanwhile: ${words.join(', ')}.`;
}
