/**
 * @file Threads on a host that sends no headers: the site's service worker adds them, without a reload under the user's
 * hand and without a loop, and if it cannot, the page says why there is one thread.
 */
import { expect, test, type Page } from '@playwright/test';
import { plainHost, type Host, type Plain } from './hosts';
import { READY_MS, visit, watchForErrors } from './support';

watchForErrors();
test.use({ serviceWorkers: 'allow' });

const TINY = 'task=needle&context=32&distance=8&width=16&layers=2&heads=2&window=4&batch=4';
const LAB = `#/lab?v=1&backend=wasm&${TINY}`;

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated).catch(() => undefined);
const becomesIsolated = (page: Page) =>
  expect.poll(() => isolated(page), { timeout: READY_MS }).toBe(true);
const says = (page: Page, words: string | RegExp) =>
  expect(page.getByText(words).first()).toBeAttached({ timeout: READY_MS });

/** A host without headers, and how often it sent the page. */
async function counted(plain: Plain = {}): Promise<Host & { readonly pages: () => number }> {
  let pages = 0;
  const arrives = (path: string) => {
    if (path.endsWith('/')) pages++;
  };
  const host = await plainHost({ isolates: true, ...plain, arrives });
  return { ...host, pages: () => pages };
}

let host: Awaited<ReturnType<typeof counted>>;
test.afterEach(() => host.close());

test('a page that trains is loaded once more, and uses several threads from then on', async ({
  page,
  context,
}) => {
  host = await counted();
  await visit(page, `${host.url}${LAB}`);
  await becomesIsolated(page);
  expect(page.url()).toContain(TINY.split('&')[0]);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  if (cores > 1) await says(page, `${Math.min(cores, 8)} threads`);
  expect(host.pages()).toBe(2);
  // A second tab is isolated at once, and the first one stays as it is.
  const second = await context.newPage();
  await visit(second, `${host.url}${LAB}`);
  expect(await isolated(second)).toBe(true);
  expect(await isolated(page)).toBe(true);
  expect(host.pages()).toBe(3);
});

test('a page that only reads is left alone; the first page that trains is loaded again', async ({
  page,
}) => {
  host = await counted();
  await visit(page, host.url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(host.pages()).toBe(1);
  await page.getByRole('link', { name: 'Lab', exact: true }).first().click();
  await becomesIsolated(page);
  await expect(page).toHaveURL(/\/lab\/#/);
  expect(host.pages()).toBe(2);
});

test('a page that the user is already using is not reloaded, and says what a reload would bring', async ({
  page,
}) => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  host = await counted();
  // The service worker arrives late, as over a slow connection.
  await page.context().route('**/service-worker.js', async (route) => {
    await opened;
    await route.continue();
  });
  await visit(page, `${host.url}${LAB}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  await page.mouse.click(5, 5);
  open();
  await says(page, 'reload the page once, and it will use all cores');
  expect(host.pages()).toBe(1);
  await page.reload();
  await becomesIsolated(page);
});

test('an address with isolation=off is not isolated and removes the service worker', async ({
  page,
}) => {
  host = await counted();
  await visit(page, `${host.url}${LAB}`);
  await becomesIsolated(page);
  await visit(page, `${host.url}?isolation=off${LAB}`);
  await says(page, 'the address says isolation=off');
  expect(await isolated(page)).toBe(false);
  const left = () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  await expect.poll(left).toBe(0);
});

test('inside a page of another host it does nothing, and says why there is one thread', async ({
  page,
}) => {
  const site = await counted();
  host = await counted({
    page: () => `<!doctype html><title>Course</title><link rel="icon" href="data:," />
      <iframe src="${site.url}${LAB}" title="Lab" width="1200" height="800"></iframe>`,
  });
  try {
    await visit(page, host.url);
    const words = page.frameLocator('iframe').getByText('In a tab of its own it uses all cores');
    await expect(words.first()).toBeAttached({ timeout: READY_MS });
    expect(site.pages()).toBe(1);
  } finally {
    await site.close();
  }
});

test('if the service worker cannot be installed, the page says so and is not loaded again', async ({
  page,
}) => {
  host = await counted();
  await page.addInitScript(() => {
    if (location.protocol === 'about:') return; // has no service workers
    Object.defineProperty(navigator.serviceWorker, 'register', {
      value: () => Promise.reject(new Error('blocked by a rule of this school')),
    });
  });
  await visit(page, `${host.url}${LAB}`);
  await says(page, 'they could not be added (blocked by a rule of this school)');
  expect(host.pages()).toBe(1);
});

test('if the headers do not arrive in spite of it, the page is loaded once more and then never again', async ({
  page,
}) => {
  host = await counted();
  await page.context().route('**/service-worker.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: "addEventListener('fetch', () => {})",
    }),
  );
  await visit(page, `${host.url}${LAB}`);
  await says(page, 'they could not be added (the headers did not arrive)');
  expect(host.pages()).toBe(2);
});
