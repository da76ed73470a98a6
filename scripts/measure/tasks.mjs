/**
 * @file How long the page's main thread is busy at a time, and how long the page takes to respond, while it opens,
 * trains, is used and pauses. A task's processor time is what the page itself is responsible for: on a machine whose
 * cores are all training, its wall-clock time is longer. `npm run measure -- --only tasks`
 */
import { button, newPage } from '../page.mjs';
import { profilesOf, tasksOf, traced } from './trace.mjs';

const FAST =
  'task=needle&distance=20&layers=4&width=32&heads=2&context=48&window=6&chunk=6&batch=8';
const LONG = 'compare?v=1&context=512&width=64';
const READY_MS = 60_000;
const TRAIN_MS = 12_000;
/** After which most pages have drawn what a press of a button changes. */
const REST_MS = 2_000;
const PRESSES = 15;
const BETWEEN_MS = 400;
export const LONG_MS = 50; // the browsers' threshold for a long task

/** Pages, with the button that starts their work and the elements that are pressed meanwhile. */
export const TASKS = [
  { name: 'tasks: Compare, four runs at T = 512', page: LONG },
  { name: 'tasks: Compare, the same in one thread', page: LONG, isolated: false },
  { name: 'tasks: Compare as it opens', page: 'compare' },
  { name: 'tasks: Compare of needles', page: `compare?v=1&${FAST}` },
  { name: 'tasks: the Lab as it opens', page: 'lab' },
  { name: 'tasks: Generate', page: 'generate?v=1&model=moby-dick-512-grouped', start: 'Generate' },
  { name: 'tasks: a lesson', page: 'lessons/04-the-cliff/is-it-the-task' },
];

/** Opens the page, starts it, uses it and pauses it. Returns the main thread's tasks in each phase, and the responses. */
export async function tasks(
  browser,
  address,
  { page: opening, start = 'Train', isolated },
  { profile },
) {
  const page = await newPage(browser, address, isolated);
  try {
    await page.addInitScript(watchInput);
    const client = await page.context().newCDPSession(page);
    const phase = (name) => page.evaluate((mark) => void performance.mark(mark), `phase ${name}`);
    let responses;
    const trace = await traced(
      client,
      async () => {
        await page.goto(`${address}#/${opening}`);
        const go = button(page, start).first();
        await go.and(page.locator(':enabled')).waitFor({ timeout: READY_MS });
        await page.waitForTimeout(REST_MS);
        await phase('works');
        await go.click();
        await page.waitForTimeout(TRAIN_MS);
        await phase('used');
        responses = await use(page);
        await phase('pauses');
        const stop = button(page, start === 'Train' ? 'Pause' : 'Stop').first();
        if (await stop.isEnabled()) await stop.click();
        await page.waitForTimeout(REST_MS);
      },
      { profile },
    );
    return { phases: phasesOf(trace), responses, ...(profile && { worst: worstOf(trace) }) };
  } finally {
    await page.close();
  }
}

/** Presses an attention map if there is one, and keys on it; otherwise Tab. Returns milliseconds to the next paint. */
async function use(page) {
  const map = page.getByRole('img', { name: /attention of layer 1, head|Attention of layer 1/ });
  const target = (await map.count()) > 0 ? map.first() : undefined;
  await target?.scrollIntoViewIfNeeded();
  for (let i = 0; i < PRESSES; i++) {
    const box = await target?.boundingBox();
    if (box) {
      const far = (0.3 + (0.6 * i) / PRESSES) * box.height;
      await page.mouse.click(box.x + box.width / 5, box.y + far);
      await page.waitForTimeout(BETWEEN_MS / 2);
    }
    await page.keyboard.press(target ? 'ArrowUp' : 'Tab');
    await page.waitForTimeout(BETWEEN_MS / 2);
  }
  await page.waitForTimeout(200);
  return page.evaluate(() => [...globalThis.responses.values()]);
}

/** In the page: for each press and key, the time until the page painted again, as INP counts it. */
function watchInput() {
  globalThis.responses = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (!interactionId) continue;
      const longest = Math.max(duration, globalThis.responses.get(interactionId) ?? 0);
      globalThis.responses.set(interactionId, longest);
    }
  }).observe({ type: 'event', durationThreshold: 16 });
}

function phasesOf(trace) {
  const marks = trace.events
    .filter(({ name, pid }) => name.startsWith('phase ') && pid === trace.ours.pid)
    .map(({ name, ts }) => ({ name: name.slice('phase '.length), ts }))
    .sort((a, b) => a.ts - b.ts);
  const phases = { opens: [] };
  for (const { name } of marks) phases[name] = [];
  for (const task of tasksOf(trace)) {
    const { name } = marks.findLast(({ ts }) => ts <= task.ts) ?? { name: 'opens' };
    phases[name].push(task);
  }
  return phases;
}

const WORST = 5;
const FUNCTIONS = 12;

/** The longest tasks, with the functions that were on the stack for most of each. */
function worstOf(trace) {
  const samples = profilesOf(trace).find(({ main }) => main)?.samples ?? [];
  return tasksOf(trace)
    .slice(0, WORST)
    .map(({ ts, cpu, wall }) => {
      const inside = new Map();
      for (const { at, ms, stack } of samples) {
        if (at < ts || at > ts + 1000 * wall) continue;
        const names = stack.map(
          ({ functionName, url = '', lineNumber, columnNumber }) =>
            `${functionName || 'anonymous'} ${url.split('/').at(-1)}:${lineNumber + 1}:${columnNumber + 1}`,
        );
        for (const name of new Set(names)) inside.set(name, (inside.get(name) ?? 0) + ms);
      }
      const functions = [...inside].sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS);
      return { cpu, wall, functions };
    });
}

export const TASKS_HEAD = `| tasks of the page | while it | longest, processor | longest, wall clock | of more than ${LONG_MS} ms of processor time | response, median | worst |\n|---|---|---|---|---|---|---|`;

/** One line per phase. */
export function tasksLines({ name, phases, responses }) {
  const lines = Object.entries(phases).map(([phase, all]) => {
    const most = (of) => `${Math.max(0, ...all.map((task) => task[of])).toFixed(0)} ms`;
    const long = all.filter(({ cpu }) => cpu > LONG_MS).length;
    const sorted = responses.toSorted((a, b) => a - b);
    const response =
      phase === 'used' && sorted.length > 0
        ? `${sorted[sorted.length >> 1]} ms of ${sorted.length} | ${sorted.at(-1)} ms`
        : '|';
    return `| ${name} | ${phase} | ${most('cpu')} | ${most('wall')} | ${long} | ${response} |`;
  });
  return lines.join('\n');
}

/** The longest tasks, each with the functions on its stack. */
export const worstLines = ({ worst = [] }) =>
  worst.flatMap(({ cpu, wall, functions }) => [
    `${cpu.toFixed(1)} ms of ${wall.toFixed(1)} ms:`,
    ...functions.map(([name, ms]) => `  ${ms.toFixed(1)} ms ${name}`),
  ]);
