/**
 * @file Where the time goes between pressing Train and the first loss: the stages that src/machines/stages.ts notes in
 * the worker. `npm run build && npm run measure -- --only start`
 */
import { button, openLab } from '../page.mjs';

export const STARTS = [
  { name: 'start: Moby-Dick, G S G S, software WebGPU', query: 'backend=webgpu' },
  {
    name: 'start: Moby-Dick, approximate, software WebGPU',
    query: 'backend=webgpu&plan=approximate&chunk=8',
  },
];

const LIMIT_MS = 60_000;

/** Milliseconds from pressing Train to the first loss on the page, and of each stage on the way. */
export async function start(browser, address, { query }) {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  });
  try {
    await openLab(page, address, query);
    const shown = firstLoss(page);
    await button(page, 'Train').click();
    const { pressed, seen } = await shown;
    return stagesOf(await measures(page), pressed, seen);
  } finally {
    await page.close();
  }
}

/** When Train was pressed, and when the page showed a loss: noticed at once, by the page itself, and without polling. */
const firstLoss = (page) =>
  page.evaluate(
    (limit) =>
      new Promise((resolve, reject) => {
        const now = () => performance.timeOrigin + performance.now();
        let pressed;
        addEventListener('click', () => (pressed = now()), { capture: true, once: true });
        const look = () => {
          const [output] = document.querySelectorAll('[aria-label^="Training loss"]');
          if (!(parseFloat(output?.textContent) > 0)) return;
          observer.disconnect();
          resolve({ pressed, seen: now() });
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        setTimeout(() => reject(new Error(`no loss after ${limit} ms`)), limit);
      }),
    LIMIT_MS,
  );

/** The stages of all workers, in the page's time. */
async function measures(page) {
  const all = page.workers().map((worker) =>
    worker.evaluate(() =>
      performance
        .getEntriesByType('measure')
        .filter(({ name }) => name.startsWith('zebra '))
        .map(({ name, startTime, duration }) => ({
          name: name.slice('zebra '.length),
          at: performance.timeOrigin + startTime,
          ms: duration,
        })),
    ),
  );
  return (await Promise.all(all)).flat();
}

function stagesOf(entries, pressed, seen) {
  const of = (name, within) =>
    entries
      .filter((entry) => entry.name === name && (!within || inside(entry, within)))
      .reduce((sum, { ms }) => sum + ms, 0);
  const test = entries.find(({ name }) => name === 'self-test');
  const model = entries.find(({ name }) => name === 'model');
  const shaders = of('shaders', test);
  return {
    // The page opens the run as soon as it is shown, which may be before Train is pressed.
    before: pressed - Math.min(...entries.map(({ at }) => at)),
    device: of('adapter') + of('device'),
    tiles: of('tiles'),
    shaders,
    test: test.ms - shaders,
    text: of('text'),
    model: model.ms,
    step: seen - model.at - model.ms,
    all: seen - pressed,
  };
}

const inside = (entry, { at, ms }) => entry.at >= at && entry.at + entry.ms <= at + ms;

const HEADS = {
  before: 'begun before',
  device: 'device',
  tiles: 'tiles timed',
  shaders: 'shaders compiled',
  test: 'self-test',
  text: 'text',
  model: 'model',
  step: 'first step, shown',
  all: 'first loss after',
};

export const START_HEAD = `| start, ms | ${Object.values(HEADS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(HEADS).length)}`;

/** One line of the table. */
export const startLine = ({ name, ...stages }) =>
  `| ${name} | ${Object.keys(HEADS)
    .map((key) => stages[key].toFixed(0))
    .join(' | ')} |`;
