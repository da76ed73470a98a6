/** @file What the end-to-end tests share: finding things on the page by their accessible names. */
import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import type Axe from 'axe-core';

/** For tests that measure time: nothing else runs meanwhile. */
export const ALONE = { tag: '@alone' };
/** For tests whose result depends on the backend: they run with WebGPU and without. */
export const BACKEND = { tag: '@backend' };

export const output = (page: Page, name: string) =>
  page.locator('output').and(page.getByLabel(name, { exact: true }));
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** Opens what a summary folds away. A click is lost if the page moves between its press and its release, so it is repeated. */
export async function unfold(summary: Locator): Promise<void> {
  const isOpen = () => summary.evaluate((one) => one.closest('details')!.open);
  await expect(async () => {
    if (!(await isOpen())) await summary.click({ timeout: 10_000 });
    expect(await isOpen()).toBe(true);
  }).toPass();
}
export const numberOf = async (page: Page, name: string) =>
  Number((await output(page, name).innerText()).replaceAll(/[^\d.]/g, ''));

/**
 * A count once it has stopped changing: after Pause the current round ends, however long it takes. The count of all
 * steps waits until the engine says that it is paused; on a busy machine the last step arrives late.
 */
export async function settled(page: Page, name = 'Step count'): Promise<number> {
  if (name === 'Step count')
    await expect(page.locator('[data-phase]')).toHaveAttribute('data-phase', /^(paused|failed)$/);
  let last = -1;
  await expect
    .poll(
      async () => {
        const before = last;
        last = await numberOf(page, name);
        return last === before;
      },
      { intervals: [1_200] },
    )
    .toBe(true);
  return last;
}

/** The backend this project is about: WebGPU, requested by name because a software adapter would be skipped. */
export const machine = () =>
  test.info().project.metadata['webgpu'] === true
    ? { query: 'backend=webgpu', name: 'WebGPU' }
    : { query: '', name: 'WebAssembly' };

/** Any model is built within this time, even if other processes keep the cores busy. */
export const READY_MS = 150_000;

const withoutFragment = (url: string) => url.split('#')[0];

/**
 * A new page at this URL: whatever ran in the page before is gone, even if only the fragment differs. Only then is an
 * empty page visited in between: the browser starts a process for the page that follows it, which takes longer than
 * most pages themselves.
 */
export async function visit(page: Page, address: string): Promise<void> {
  const { href } = new URL(address, test.info().project.use.baseURL);
  if (withoutFragment(href) === withoutFragment(page.url())) await page.goto('about:blank');
  await page.goto(href);
  await started(page);
}

/** The page's program has replaced the text that its HTML contains. */
export const started = (page: Page): Promise<void> =>
  expect(page.locator('.static')).toHaveCount(0, { timeout: READY_MS });

/** The same page at another fragment, as a link within the site opens it: running work continues. */
export async function follow(page: Page, fragment: `#/${string}`): Promise<void> {
  await page.evaluate((to) => location.assign(to), fragment);
}

/** Opens the Lab in a new page and waits until it can train. */
export async function open(page: Page, query = ''): Promise<void> {
  const parts = ['v=1', machine().query, query].filter(Boolean).join('&');
  await visit(page, `./#/lab?${parts}`);
  await expect(output(page, 'Backend')).toContainText(machine().name, { timeout: READY_MS });
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
}

/**
 * How much longer a process waits for its work than on a quiet machine: 1 if nothing else runs, about 2 if another
 * process needs the same cores. Measured by 200 ms of computing.
 */
function crowding(): number {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  for (;;) {
    const { user, system } = process.cpuUsage(cpu);
    if (user + system >= 200_000) return (performance.now() - wall) / ((user + system) / 1000);
  }
}

/**
 * `measure` returns milliseconds. `limit` is meant for an idle machine and grows with the current load. One try of
 * three must stay within it: a pause caused by another process does not come back each time.
 */
export async function expectWithin(
  limit: number,
  measure: () => Promise<number>,
  what: string,
): Promise<void> {
  const tries: string[] = [];
  for (let i = 0; i < 3; i++) {
    const before = crowding();
    const ms = await measure();
    const share = Math.max(1, before, crowding());
    if (ms <= limit * share) return;
    tries.push(`${Math.round(ms)} ms where ${Math.round(limit * share)} are allowed`);
  }
  throw new Error(`${what} took too long, three times over: ${tries.join(', ')}`);
}

/** The processor and the network of a slow phone, as `npm run measure:weight -- --phone` sets them. */
export async function asSlowPhone(page: Page): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150, // ms
    downloadThroughput: 1.6e6 / 8,
    uploadThroughput: 0.75e6 / 8,
  });
}

/** Fails a test in which the page logged or threw an error. */
export function watchForErrors(): void {
  const problems: string[] = [];
  test.beforeEach(({ page }) => {
    problems.length = 0;
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  test.afterEach(() => expect(problems).toEqual([]));
}

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Expects no fault of WCAG 2.2 AA that axe can find. Colours change at once meanwhile: a button that becomes available
 * fades to its new colour, and in between its text may have too little contrast.
 */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const faults = await page.evaluate(async (values) => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const still = new CSSStyleSheet();
    still.replaceSync('*, *::before, *::after { transition: none !important; }');
    document.adoptedStyleSheets.push(still);
    const { violations } = await axe.run(document, {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'], // otherwise it spends longer on describing passed rules than on checking
    });
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }, WCAG);
  expect(faults).toEqual([]);
}

/** Switches the open page to the dark theme and waits until its colours have changed. */
export async function darken(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(async () => {
    const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.allSettled(changing.map(({ finished }) => finished));
  });
}

/** Expects that nothing on the page is wider than the window, once charts have followed its width. */
export async function expectNoOverflow(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 640 });
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  const where = `${new URL(page.url()).hash} at ${width} px`;
  await expect.poll(overflow, { message: where, timeout: 5_000 }).toBeLessThanOrEqual(0);
}
