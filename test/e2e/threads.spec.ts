/**
 * @file The threads of WebAssembly on the built page: what the page says and does if one fails or cannot start, and that
 * nothing computes while training is paused or the tab is hidden. docs/threads.md lists the faults.
 */
import { expect, test, type Browser, type Page } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { plainHost, type Plain } from './hosts';
import { ALONE, button, numberOf, READY_MS, settled, visit } from './support';

test.skip(availableParallelism() < 2, 'with one core there is one thread');

/** Large enough that its launches are shared. */
const SHARED = 'task=needle&context=256&distance=8&width=64&layers=2&heads=4&window=4&batch=8';
const lab = (url: string) => `${url}#/lab?v=1&backend=wasm&${SHARED}`;
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Puts what WebAssembly's memories do in place of the engine's own. */
const refuses = (which: string) => `
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(wanted) {
    if (${which}) throw new RangeError('could not allocate memory');
    super(wanted);
  }
};`;

const step = (page: Page) => numberOf(page, 'Step count');
const takesSteps = async (page: Page, count = 2) => {
  const before = await step(page);
  await expect.poll(() => step(page), { timeout: READY_MS }).toBeGreaterThan(before + count);
};
const why = (page: Page) => page.locator('#backend-why');

const FAULTS: readonly (readonly [what: string, plain: Plain, says: RegExp])[] = [
  [
    'a thread whose script is missing',
    { missing: /thread\.worker/ },
    /1 of \d threads? (is|are) lost \(.*Failed to fetch.*\)|\d of \d threads are lost \(.*Failed to fetch.*\)/,
  ],
  [
    'a thread that throws at its first order',
    {
      before: [
        [/thread\.worker/, `addEventListener('message', () => { throw new Error('broken'); });`],
      ],
    },
    /of \d threads (is|are) lost \(Uncaught Error: broken\)/,
  ],
  [
    'a thread that ends without an error',
    { before: [[/thread\.worker/, `addEventListener('message', () => close());`]] },
    /of \d threads (is|are) lost \(it ended\)/,
  ],
  [
    'threads that the browser does not allow',
    {
      before: [
        [
          /train\.worker/,
          `globalThis.Worker = class { constructor() { throw new DOMException('not allowed', 'SecurityError'); } };`,
        ],
      ],
    },
    /of \d threads (is|are) lost \(not allowed\)/,
  ],
  [
    'no shared memory at all',
    { before: [[/train\.worker/, 'delete globalThis.SharedArrayBuffer;']] },
    /in one thread here: the browser has no memory that threads can share\./,
  ],
  [
    'shared memory that the browser refuses',
    { before: [[/train\.worker/, refuses('wanted.shared && wanted.initial > 60')]] },
    /The browser refused \d+ MiB of shared memory, so this model is computed in one thread\./,
  ],
  [
    'a number of cores that the browser hides',
    {
      before: [
        [
          /train\.worker/,
          `Object.defineProperty(navigator, 'hardwareConcurrency', { value: undefined });`,
        ],
      ],
    },
    /in one thread here: the browser does not say how many processor cores there are\./,
  ],
  [
    'one core',
    {
      before: [
        [/train\.worker/, `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });`],
      ],
    },
    /in one thread here: the browser reports one processor core\./,
  ],
  [
    'no headers and isolation turned off',
    { headers: {} },
    /in one thread here: the address says isolation=off;/,
  ],
];
for (const [what, plain, says] of FAULTS)
  test(`trains with ${what}, and says so`, async ({ page }) => {
    const host = await plainHost({ headers: ISOLATED, ...plain });
    try {
      await visit(page, lab(host.url));
      await button(page, 'Train').click({ timeout: READY_MS });
      await takesSteps(page);
      await expect(why(page)).toHaveText(says);
      await expect(button(page, 'Pause')).toBeVisible();
    } finally {
      await host.close();
    }
  });

test('if a thread disappears in the middle of a launch, training goes on in one thread, and the page says so', async ({
  page,
}) => {
  // Some steps after the self-test, which has some 1,700 parts: it takes a part and never finishes it.
  const before = `
const { compareExchange } = Atomics;
let taken = 0;
Atomics.compareExchange = (...given) => {
  const found = compareExchange.apply(Atomics, given);
  if (found === given[2] && ++taken === 3000)
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return found;
};`;
  const host = await plainHost({ headers: ISOLATED, before: [[/thread\.worker/, before]] });
  try {
    await visit(page, lab(host.url));
    await button(page, 'Train').click({ timeout: READY_MS });
    const said = 'A thread did not finish its part, so one thread computes everything from now on.';
    await expect(page.getByRole('status').filter({ hasText: said })).toHaveText(
      new RegExp(`${said} Training went on from step \\d+\\.`),
      { timeout: READY_MS },
    );
    await takesSteps(page);
    await expect(why(page)).toContainText(said);
  } finally {
    await host.close();
  }
});

test('memory that the browser refuses altogether is reported with what may help', async ({
  page,
}) => {
  const host = await plainHost({
    headers: ISOLATED,
    before: [[/train\.worker/, refuses('wanted.initial > 60')]],
  });
  try {
    await visit(page, lab(host.url));
    const said =
      /The browser refused \d+ MiB of memory for this model; lower the batch, the context or the width\./;
    await expect(page.getByRole('alert').filter({ hasText: said })).toBeVisible({
      timeout: READY_MS,
    });
  } finally {
    await host.close();
  }
});

test('in a frame on a page that is not isolated it trains in one thread, and is loaded once', async ({
  page,
  baseURL,
}) => {
  const course = await plainHost({
    page: () => `<!doctype html><title>Course</title><link rel="icon" href="data:," />
      <iframe src="${lab(baseURL!)}" title="Lab" width="1400" height="900"></iframe>`,
  });
  let loads = 0;
  page.on('framenavigated', (frame) => {
    if (frame !== page.mainFrame() && frame.url().startsWith(baseURL!)) loads++;
  });
  try {
    await visit(page, course.url);
    const inside = page.frameLocator('iframe');
    await inside.getByRole('button', { name: 'Train', exact: true }).click({ timeout: READY_MS });
    const says = inside.locator('#backend-why');
    await expect(says).toContainText('embedded in another one that is not cross-origin isolated');
    const documents = await inside
      .locator('html')
      .evaluate(() => performance.getEntriesByType('navigation').length);
    expect(documents).toBe(1);
    expect(loads).toBeLessThan(4); // the document, and changes of its fragment
  } finally {
    await course.close();
  }
});

test('training, Pause, Step, Reset and four compared runs use several threads', async ({
  page,
}) => {
  await visit(page, lab('./'));
  await button(page, 'Train').click({ timeout: READY_MS });
  await expect(why(page)).toContainText(/WebAssembly with SIMD, \d threads/);
  await takesSteps(page);
  await button(page, 'Pause').click();
  const paused = await settled(page);
  await button(page, 'Step').click();
  await expect.poll(() => step(page)).toBe(paused + 1);
  await button(page, 'Reset').click();
  await expect.poll(() => step(page)).toBe(0);
  await visit(page, `./#/compare?v=1&backend=wasm&task=needle&context=64&distance=8&width=32`);
  await button(page, 'Train').click({ timeout: READY_MS });
  await takesSteps(page);
  await expect(why(page)).toContainText(/WebAssembly with SIMD, \d threads/);
});

// ------------------------------------------------------------------------------- paused, hidden, and little processor

/** The count of steps no longer changes. A hidden page keeps the phase it had, so `settled` would wait for ever. */
const stays = async (page: Page) => {
  let last = -1;
  const still = async () => last === (last = await step(page));
  await expect.poll(still, { intervals: [1_200] }).toBe(true);
};

/** Hides or shows the tab as far as the page can tell. */
const hide = (page: Page, hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

/** Seconds of processor time that all pages of this browser use, in `ms`. */
async function used(browser: Browser, page: Page, ms: number): Promise<number> {
  const cdp = await browser.newBrowserCDPSession();
  const total = async () => {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const before = await total();
  await page.waitForTimeout(ms);
  const seconds = (await total()) - before;
  await cdp.detach();
  return seconds;
}

test(
  'the page uses no processor while paused or hidden, and continues by itself when it is shown',
  ALONE,
  async ({ page, browser }) => {
    await visit(page, lab('./'));
    await button(page, 'Train').click({ timeout: READY_MS });
    await takesSteps(page);
    expect(await used(browser, page, 2000), 'while training').toBeGreaterThan(0.5);
    await button(page, 'Pause').click();
    await settled(page);
    expect(await used(browser, page, 2000), 'while paused').toBeLessThan(0.1);
    await button(page, 'Train').click();
    await takesSteps(page);
    await hide(page, true);
    await expect(page.getByText('Paused while the tab is hidden')).toBeVisible();
    await stays(page);
    expect(await used(browser, page, 2000), 'while hidden').toBeLessThan(0.1);
    await hide(page, false);
    await takesSteps(page);
  },
);

test('two windows train at once, and neither starves', ALONE, async ({ page, context }) => {
  const other = await context.newPage();
  for (const one of [page, other]) {
    await visit(one, lab('./'));
    await button(one, 'Train').click({ timeout: READY_MS });
  }
  await Promise.all([takesSteps(page, 5), takesSteps(other, 5)]);
  const from = await Promise.all([step(page), step(other)]);
  await page.waitForTimeout(4000);
  const gained = (await Promise.all([step(page), step(other)])).map((to, i) => to - from[i]!);
  expect(Math.min(...gained) / Math.max(...gained)).toBeGreaterThan(0.25);
});

test('on two slow cores the page answers a click while it trains', ALONE, async ({ page }) => {
  const host = await plainHost({
    headers: ISOLATED,
    before: [
      [/train\.worker/, `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 });`],
    ],
  });
  try {
    await visit(page, lab(host.url));
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await button(page, 'Train').click({ timeout: READY_MS });
    await expect(why(page)).toContainText('2 threads');
    await takesSteps(page, 4);
    const began = performance.now();
    await button(page, 'Pause').click();
    await expect(button(page, 'Train')).toBeVisible();
    expect(performance.now() - began).toBeLessThan(3000);
  } finally {
    await host.close();
  }
});
