/**
 * @file The site without a network: what is kept after one visit, that no page ever gets files of two versions, and what
 * the page says when something goes wrong. Every test closes the host, so nothing can come from it by mistake.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { writeList } from '../../scripts/build/offline.mjs';
import { plainHost, type Host, type Plain } from './hosts';
import {
  button,
  darken,
  expectAccessible,
  expectNoOverflow,
  numberOf,
  READY_MS,
  visit,
} from './support';

test.use({ serviceWorkers: 'allow' });

const TINY = 'task=needle&context=32&distance=8&width=16&layers=2&heads=2&window=4&batch=4';
const NOTICES = 'third-party-notices.txt';

const panel = (page: Page) => page.getByRole('region', { name: 'Without a network' });
const takes = (page: Page) => panel(page).getByRole('button', { name: /^Take it along/ });
const becomes = (page: Page, kind: string) =>
  expect(panel(page)).toHaveAttribute('data-offline', kind, { timeout: READY_MS });
const textOf = (page: Page, path: string) =>
  page.evaluate((at) => fetch(at).then((answer) => answer.text()), path);

/** An error that a page logs itself; requests that fail are what these tests are about. */
const problems: string[] = [];
test.beforeEach(({ context }) => {
  problems.length = 0;
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
});

const folders: string[] = [];
let host: Host | undefined;
test.afterEach(async () => {
  await close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  expect(problems).toEqual([]);
});

async function close(): Promise<void> {
  await host?.close();
  host = undefined;
}

async function withoutNetwork(context: BrowserContext): Promise<void> {
  await close();
  await context.setOffline(true);
}

async function serve(plain: Plain = {}): Promise<string> {
  host = await plainHost({ isolates: true, ...plain });
  return host.url;
}

/** A build without most of its data, which takes less time to keep; its notices are the word alone. */
async function small(word: string, without: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zebra-lab-'));
  folders.push(folder);
  await cp('dist', folder, {
    recursive: true,
    filter: (path) => !/corpora|recorded\/[a-z]|\.zip$|previews/.test(path),
  });
  for (const path of without) await rm(join(folder, path));
  await writeFile(join(folder, NOTICES), word);
  writeList(folder);
  return folder;
}

/** Opens the page about this browser, and takes the site along. */
async function take(page: Page, url: string): Promise<void> {
  await visit(page, `${url}health/`);
  await takes(page).click();
  await becomes(page, 'kept');
}

interface Listed {
  readonly files: readonly { readonly path: string; readonly group: string }[];
}

test('every page, lesson and text opens without a network, and models train and generate', async ({
  page,
  context,
}) => {
  const url = await serve();
  await take(page, url);
  await withoutNetwork(context);

  const { files } = JSON.parse(await readFile('dist/offline-files.json', 'utf8')) as Listed;
  // A page in English takes along nothing that only other languages need.
  const kept = files
    .filter(({ group }) => group !== 'reference' && !group.includes('/'))
    .map(({ path }) => path);
  const pages = kept
    .filter((path) => path.endsWith('index.html'))
    .map((path) => path.replace(/index\.html$/, ''));
  expect(pages.length).toBeGreaterThan(50);
  // All files answer, and come with a type.
  const failed = await page.evaluate(async (paths) => {
    const bad: string[] = [];
    for (const path of paths) {
      const answer = await fetch(`../${path}`).catch(() => undefined);
      if (!answer?.ok || !answer.headers.get('content-type')) bad.push(path);
    }
    return bad;
  }, kept);
  expect(failed).toEqual([]);
  // All pages start; guides and worksheets of one lesson stand for the others.
  const opened = pages.filter((path) => !/^(teach|worksheet)\/(?!00-play)\d/.test(path));
  for (const path of opened) {
    await visit(page, url + path);
    await expect(page.getByRole('heading').first()).toBeAttached({ timeout: READY_MS });
    await expect(page.getByText('could not be loaded'), path).toHaveCount(0);
  }

  // Addresses of every kind.
  for (const [given, shown] of [
    ['lab', /\/lab\/(#|$)/],
    ['lab/index.html', /\/lab\/index\.html(#|$)/],
    ['?x=1#/lessons/03-reach?v=1', /\/lessons\/03-reach\/\?x=1#/],
    ['lessons/04-the-cliff/?x=1', /\/04-the-cliff\/\?x=1/],
  ] as const) {
    await visit(page, url + given);
    await expect(page).toHaveURL(shown);
  }
  const [missing] = await Promise.all([
    page.waitForResponse(`${url}no-such-page`),
    visit(page, `${url}no-such-page`),
  ]);
  expect(missing.status()).toBe(404);
  await expect(page.getByText('no page called')).toBeVisible();

  // A model trains, in several threads if there are cores; a text is loaded; a kept model generates.
  await visit(page, `${url}#/lab?v=1&backend=wasm&${TINY}`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  if (cores > 1)
    await expect(page.getByText(`${Math.min(cores, 8)} threads`).first()).toBeAttached({
      timeout: READY_MS,
    });
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBeGreaterThan(3);
  await visit(page, `${url}#/lab?v=1&backend=wasm&task=text&corpus=moby-dick&width=16&context=64`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await visit(page, `${url}#/generate?v=1&model=marker-40-grouped`);
  await page.getByLabel('Tokens', { exact: true }).fill('5');
  await button(page, 'Generate').click();
  await expect(page.getByText('5 written')).toBeVisible({ timeout: READY_MS });
});

test('a page fetches the site by itself when it is idle, but not over a metered connection', async ({
  page,
  context,
}) => {
  const folder = await small('A');
  const url = await serve({ site: () => folder });
  const metered = await context.newPage();
  await metered.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await visit(metered, url);
  await becomes(metered, 'none');
  await expect(panel(metered)).toContainText('the connection is metered');
  await expectAccessible(metered);
  await expectNoOverflow(metered, 390);
  await darken(metered);
  await expectAccessible(metered);
  await visit(page, url);
  await becomes(page, 'kept');
  await becomes(metered, 'kept');
});

test('a new version waits, asks, and leaves the other tab its own', async ({ page, context }) => {
  test.slow();
  let site = await small('A');
  const { files } = JSON.parse(await readFile(join(site, 'offline-files.json'), 'utf8')) as Listed;
  const planner = files.find(({ path }) => /PlannerRoute-.*\.js$/.test(path))!.path;
  const url = await serve({ site: () => site });
  await take(page, url);
  await visit(page, `${url}health/`);
  // The new version has no script of this name any more, as after a deploy.
  site = await small('B', [planner]);
  const other = await context.newPage();
  await visit(other, `${url}health/`);
  const ready = other.getByText('A new version of Zebra Lab is ready.');
  await expect(ready).toBeVisible({ timeout: READY_MS });
  await expect(page.getByText('A new version of Zebra Lab is ready.')).toBeVisible();
  expect(await textOf(page, `../${NOTICES}`)).toBe('A');
  expect(await textOf(other, `../${NOTICES}`)).toBe('A');
  await expectAccessible(other);
  await expectNoOverflow(other, 390);
  await darken(other);
  await expectAccessible(other);

  await button(other, 'Load it').click();
  await expect.poll(() => textOf(other, `../${NOTICES}`).catch(() => ''), { timeout: READY_MS }).toBe('B'); // prettier-ignore
  // The first tab still has its version, with scripts that the host no longer has.
  await button(page, 'Later').click();
  await expect(page.getByText('A new version of Zebra Lab is ready.')).toHaveCount(0);
  expect(await textOf(page, `../${NOTICES}`)).toBe('A');
  await page.getByRole('link', { name: 'Zebra Lab, home' }).click();
  await page.evaluate((to) => location.assign(to), '#/planner');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Gemma');
  // When nobody uses it any more, its cache is deleted.
  await visit(page, `${url}health/`);
  expect(await textOf(page, `../${NOTICES}`)).toBe('B');
  await page.close();
  const caches = () =>
    other.evaluate(async () => {
      const all = await globalThis.caches.keys();
      return all.filter((name) => /[0-9a-f]{16}$/.test(name)).length;
    });
  await other.reload();
  await expect.poll(caches, { timeout: READY_MS }).toBe(1);
  await withoutNetwork(context);
  await visit(other, `${url}health/`);
  expect(await textOf(other, `../${NOTICES}`)).toBe('B');
});

test('a half-filled cache serves nothing, and the next attempt goes on from there', async ({
  page,
  context,
}) => {
  let site = await small('A');
  const arrived: string[] = [];
  const url = await serve({ site: () => site, arrives: (path) => arrived.push(path) });
  await visit(page, `${url}health/`);
  // The network is lost after some files.
  let some = 0;
  await context.route('**/recorded/**', (route) => route.abort());
  await context.route('**/assets/*.js', (route) =>
    some++ < 20 ? route.continue() : route.abort(),
  );
  await takes(page).click();
  await becomes(page, 'stopped');
  await expect(panel(page)).toContainText('The network was lost.');
  const half = await page.evaluate(() => caches.keys());
  expect(half.filter((name) => /[0-9a-f]{16}$/.test(name))).toHaveLength(1);
  await context.unroute('**/assets/*.js');
  await context.unroute('**/recorded/**');
  // Everything still comes from the host, so a new version there is whole.
  const before = site;
  site = await small('B');
  expect(await textOf(page, `../${NOTICES}`)).toBe('B');
  site = before;
  arrived.length = 0;
  await panel(page).getByRole('button', { name: 'Go on' }).click();
  await becomes(page, 'kept');
  const { files } = JSON.parse(await readFile(join(site, 'offline-files.json'), 'utf8')) as Listed;
  expect(arrived.length).toBeLessThan(files.length - 5);
  await withoutNetwork(context);
  await visit(page, `${url}lessons/`);
});

test('a full disk, a damaged file and a cancelled download are said in words, and nothing is used', async ({
  page,
  context,
}) => {
  const folder = await small('A');
  let spoilt = /third-party/;
  const url = await serve({ site: () => folder, spoilt: { test: (path) => spoilt.test(path) } as RegExp }); // prettier-ignore
  await visit(page, `${url}health/`);
  await takes(page).click();
  await becomes(page, 'stopped');
  await expect(panel(page)).toContainText(
    `${NOTICES} is not the file that belongs to this version`,
  );
  spoilt = /$^/;
  await page.evaluate(() => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 2000, usage: 1000 });
  });
  await button(page, 'Go on').click();
  await expect(panel(page)).toContainText('1 kB are left', { timeout: READY_MS });
  // The browser promises room, and refuses.
  await page.evaluate(() => {
    navigator.storage.estimate = () => Promise.resolve({});
    const put = Cache.prototype.put;
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    Object.assign(globalThis, { put });
  });
  await button(page, 'Go on').click();
  await expect(panel(page)).toContainText('its storage is full', { timeout: READY_MS });
  // Cancelled in the middle.
  await page.evaluate(() => {
    const { put } = globalThis as unknown as { put: Cache['put'] };
    Cache.prototype.put = async function (...given) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return put.apply(this, given);
    };
  });
  await button(page, 'Go on').click();
  await button(page, 'Cancel').click();
  await expect(panel(page)).toContainText('Cancelled.', { timeout: READY_MS });
  await withoutNetwork(context);
  await expect(visit(page, `${url}lessons/`)).rejects.toThrow();
});

test('offline=off forgets everything and says so, and isolation=off keeps nothing', async ({
  page,
}) => {
  const folder = await small('A');
  const url = await serve({ site: () => folder });
  await take(page, url);
  await visit(page, `${url}health/?offline=off`);
  await expect(page.getByText('This device has forgotten Zebra Lab').first()).toBeVisible({
    timeout: READY_MS,
  });
  const left = () =>
    page.evaluate(async () => [
      (await navigator.serviceWorker.getRegistrations()).length,
      (await caches.keys()).length,
    ]);
  await expect.poll(left).toEqual([0, 0]);
  await expectAccessible(page);
  await visit(page, `${url}health/?isolation=off`);
  await expect(panel(page)).toContainText('The address says isolation=off', { timeout: READY_MS });
  expect(await left()).toEqual([0, 0]);
});

test('inside another page, and without service workers, nothing is stored and the page says why', async ({
  page,
}) => {
  const folder = await small('A');
  const site = await plainHost({ isolates: true, site: () => folder });
  try {
    const course = await serve({
      page: () => `<!doctype html><title>Course</title><link rel="icon" href="data:," />
        <iframe src="${site.url}health/" title="Lab" width="1200" height="800"></iframe>`,
    });
    await visit(page, course);
    const words = page.frameLocator('iframe').getByText('This page is part of another one');
    await expect(words.first()).toBeAttached({ timeout: READY_MS });
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });
    });
    await visit(page, `${site.url}health/`);
    await expect(panel(page)).toContainText('allows no service worker', { timeout: READY_MS });
  } finally {
    await site.close();
  }
});

test('the site can be installed', async ({ page }) => {
  const url = await serve();
  await visit(page, url);
  const client = await page.context().newCDPSession(page);
  const { errors, data } = (await client.send('Page.getAppManifest')) as {
    errors: readonly unknown[];
    data?: string;
  };
  expect(errors).toEqual([]);
  expect(JSON.parse(data!)).toMatchObject({ name: 'Zebra Lab', display: 'standalone' });
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  // Tests run in a window that keeps nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});
