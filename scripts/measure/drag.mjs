/**
 * @file How long the page keeps the user waiting: the longest tasks of its main thread while a slider is dragged over
 * twenty values in two seconds, on most pages while runs train. Taken from a trace, which separates a task's wall-clock
 * time from its CPU time: on a busy machine only the second is due to the page. `npm run measure -- --only drag`
 */
import { button, numberOf, openAt } from '../page.mjs';
import { tasksOf, traced } from './trace.mjs';

const FOUR =
  'task=needle&distance=20&layers=4&width=32&heads=2&context=48&window=6&chunk=6&batch=8';
const RAN = 10; // steps before anything is measured
const MOVES = 20;
const DRAG_MS = 2_000;
/** Once the slider rests the models are rebuilt, which is part of the cost of dragging. */
const REST_MS = 6_000;
const ALONE_MS = 15_000;
const LONG_MS = 50; // the browsers' threshold for a long task

const LENGTH = 'Length, in doublings';
const TWO_MODELS = 'planner?v=1&model=gemma-3-27b&with=deepseek-v3';
const PAGES = 'planner?v=1&model=gemma-3-27b&with=nemotron-3-super-120b&engine=vllm';

/**
 * The slider to drag: its page, and its label; without a slider the page is left alone. `idle`: a page that trains
 * nothing.
 */
export const DRAGS = [
  { name: 'drag: Compare as it opens, four runs alone', page: 'compare' },
  { name: 'drag: Compare as it opens, Layers', page: 'compare', slider: 'Layers' },
  { name: 'drag: Compare as it opens, Window', page: 'compare', slider: 'Window', edit: 'Local' },
  { name: 'drag: Compare as it opens, Context', page: 'compare', slider: 'Context' },
  { name: 'drag: Compare as it opens, Heads', page: 'compare', slider: 'Heads' },
  { name: 'drag: Compare of needles, Layers', page: `compare?v=1&${FOUR}`, slider: 'Layers' },
  { name: 'drag: the Lab as it opens, alone', page: 'lab' },
  { name: 'drag: the Lab as it opens, Layers', page: 'lab', slider: 'Layers' },
  { name: 'drag: the Lab as it opens, Window', page: 'lab', slider: 'Window' },
  { name: 'drag: the Lab as it opens, Context', page: 'lab', slider: 'Context' },
  { name: 'drag: the Lab as it opens, Heads', page: 'lab', slider: 'Heads' },
  { name: 'drag: the Lab as it opens, Width', page: 'lab', slider: 'Width' },
  { name: 'drag: the planner as it opens, Length', page: 'planner', slider: LENGTH, idle: true },
  { name: 'drag: the planner, two models, Length', page: TWO_MODELS, slider: LENGTH, idle: true },
  { name: 'drag: the planner, pages of vLLM, Length', page: PAGES, slider: LENGTH, idle: true },
];

/** Trains, drags, and returns the tasks of the page's main thread, longest first. */
export async function drag(browser, address, { page: opening, slider, edit, idle = false }) {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  });
  try {
    if (idle) await page.goto(`${address}#/${opening}`);
    else await openAt(page, `${address}#/${opening}`);
    if (edit) await button(page, `Change ${edit}`).click();
    if (!idle) await trainFor(page, RAN);
    const client = await page.context().newCDPSession(page);
    const trace = await traced(client, async () => {
      if (slider) {
        await dragOver(page, page.getByRole('slider', { name: slider }).first());
        await page.waitForTimeout(REST_MS);
      } else await page.waitForTimeout(ALONE_MS);
    });
    return { tasks: tasksOf(trace), steps: idle ? '–' : await numberOf(page, 'Step count') };
  } finally {
    await page.close();
  }
}

async function trainFor(page, steps) {
  await button(page, 'Train').click();
  while (!((await numberOf(page, 'Step count')) >= steps)) await page.waitForTimeout(200);
}

/** The drag: press on the track, twenty moves over half of its width, and release. */
async function dragOver(page, slider) {
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await slider.boundingBox();
  const [left, right, middle] = [x + 0.1 * width, x + 0.6 * width, y + height / 2];
  await page.mouse.move(left, middle);
  await page.mouse.down();
  for (let i = 1; i <= MOVES; i++) {
    const due = performance.now() + DRAG_MS / MOVES;
    await page.mouse.move(left + ((right - left) * i) / MOVES, middle);
    await page.waitForTimeout(Math.max(0, due - performance.now()));
  }
  await page.mouse.up();
}

export const DRAG_HEAD = `| the hand | tasks of more than ${LONG_MS} ms | longest | of those by the processor | longest | step |\n|---|---|---|---|---|---|`;

/** One line of the table. */
export function dragLine({ name, tasks, steps }) {
  const over = (of) => tasks.filter((task) => task[of] > LONG_MS).length;
  const most = (of) => Math.max(0, ...tasks.map((task) => task[of])).toFixed(0);
  return `| ${name} | ${over('wall')} | ${most('wall')} ms | ${over('cpu')} | ${most('cpu')} ms | ${steps} |`;
}
