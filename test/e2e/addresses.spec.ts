import { expect, test } from '@playwright/test';
import { plainHost, type Host, type Plain } from './hosts';
import { button, follow, output, started, visit } from './support';

test('an unknown page in the URL opens the home page, which says that it does not exist', async ({
  page,
}) => {
  for (const path of ['./#/nonsense', './nonsense']) {
    await visit(page, path);
    await expect(page.getByText('This site has no page called ‘nonsense’.')).toBeVisible();
    await page.getByRole('link', { name: 'Figures', exact: true }).click();
    await expect(page.getByText('This site has no page called')).toHaveCount(0);
    await expect(page).toHaveURL(/\/figures\/$/);
  }
});

test('an unknown step in the URL opens the lesson, which says so until the reader goes on', async ({
  page,
}) => {
  await visit(page, './#/lessons/00-play/nonsense');
  const said = page.getByText('This lesson has no step called ‘nonsense’; you are at step 1.');
  await expect(said).toBeVisible();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(said).toHaveCount(0);
});

test('a page that could not be loaded appears once the network is back', async ({
  page,
  context,
}) => {
  await visit(page, './#/');
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Figures', exact: true }).click();
  await expect(page.getByText('This page could not be loaded.')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole('heading', { level: 1, name: /Figures/ })).toBeVisible();
});

for (const name of ['lab', 'compare'])
  test(`${name}: a press while the rest of the page is loading is kept, and the rest can be tried again`, async ({
    page,
  }) => {
    const code = `**/${name}Code-*.js`;
    await page.route(code, (route) => route.abort());
    await visit(page, `./#/${name}?v=1&context=32&batch=4`);
    await button(page, 'Train').click();
    const missing = page.getByText('The rest of this page could not be loaded.');
    await expect(missing).toBeVisible();
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.unroute(code);
    await button(page, 'Try again').click();
    await expect(missing).toHaveCount(0);
    await expect(page.getByRole('combobox').first()).toBeVisible();
    await expect(output(page, 'Step count')).not.toHaveText(/^\D*0\D*$/);
    await button(page, 'Pause').click();
  });

test('the first press of Tab offers a link past the header', async ({ page }) => {
  await visit(page, './#/lab');
  await expect(button(page, 'Train')).toBeVisible(); // the page's own header is there
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await expect(page).toHaveURL(/\/lab\/#v=1/);
});

// ------------------------------------------------------------------------------------ addresses of their own

/** Each with a heading that only its program draws. */
const OWN: readonly (readonly [path: string, heading: string, level: number])[] = [
  ['lab/#v=1&layers=3', 'Training data', 2],
  ['lessons/', 'How much time do you have?', 2],
  ['lessons/04-the-cliff/#compute-the-reach?v=1', 'Compute the reach', 2],
  ['masks/', 'Masks', 1],
  ['teach/04-the-cliff/', 'Guide', 2],
  ['worksheet/04-the-cliff/#answers=1', 'The cliff', 1],
  ['go/#1rfaxa1805w', 'The cliff', 1],
];

const HOSTS: Readonly<Record<string, Plain>> = {
  'in a folder of a plain host': { folder: 'courses/zebra' },
  'on a host that leaves out the slash': { folder: 'zebra', slashless: true },
};

/** The switch of the service worker stays in the address. */
const off = (path: string) => path.replace(/(?=#)|$/, '?isolation=off');

test.describe('a page with its own address', () => {
  let host: Host | undefined;
  test.afterEach(async () => {
    await host?.close();
    host = undefined;
  });

  for (const [where, plain] of Object.entries(HOSTS))
    test(`opens ${where}`, async ({ page }) => {
      host = await plainHost(plain);
      const failed: string[] = [];
      page.on('response', (one) => one.status() >= 400 && failed.push(one.url()));
      page.on('pageerror', (error) => failed.push(error.message));
      for (const [path, name, level] of OWN) {
        const asked = plain.slashless ? path.replace(/\/(?=#|$)/, '') : path;
        await visit(page, host.url.replace('?isolation=off', '') + off(asked));
        await expect(page.getByRole('heading', { level, name }).first(), path).toBeVisible();
        expect(page.url()).toContain(
          `/${off(path.replace('go/#1rfaxa1805w', 'lessons/04-the-cliff/#'))}`,
        );
      }
      // Without the slash a style sheet is looked for one folder too high, until the address is corrected.
      expect(failed.filter((url) => !plain.slashless || !/\/assets\//.test(url))).toEqual([]);
    });

  test('keeps the name of its file if the host serves nothing else', async ({ page }) => {
    host = await plainHost({ folder: 'scorm', filesOnly: true });
    await visit(page, host.url.replace('?', 'index.html?') + '#/lessons/03-reach?v=1&embed=1');
    await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
    await expect(page).toHaveURL(
      /\/scorm\/lessons\/03-reach\/index\.html\?isolation=off#one-layer\?v=1&embed=1$/,
    );
    await page.reload();
    await started(page);
    await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  });
});

test('a former link opens its page at once, under the new address', async ({ page }) => {
  await visit(page, './#/lab?v=1&layers=3&seed=5');
  await expect(page).toHaveURL(/\/lab\/#v=1&layers=3&seed=5/);
  await expect(page).toHaveTitle('Lab · Zebra Lab');
  await page.reload();
  await started(page);
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('5');
  await follow(page, '#/masks?v=1&T=32&layer=causal');
  await expect(page).toHaveURL(/\/masks\/#v=1&T=32&layer=causal/);
  await expect(page).toHaveTitle('Masks · Zebra Lab');
});

test('links within the site load no document; Back and Forward return to pages, steps and settings', async ({
  page,
}) => {
  let documents = 0;
  page.on('request', (one) => one.isNavigationRequest() && documents++);
  await visit(page, './lessons/');
  const loaded = documents;
  const heading = (name: string) => expect(page.getByRole('heading', { name, exact: true }).first()).toBeVisible(); // prettier-ignore
  await page
    .getByRole('link', { name: /^4 The cliff/ })
    .first()
    .click();
  await heading('A digit among letters');
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await button(page, 'Next').click();
  await heading('Compute the reach');
  await expect(page).toHaveURL(/\/lessons\/04-the-cliff\/#compute-the-reach\?v=1$/);
  await page.getByRole('link', { name: 'Masks', exact: true }).click();
  await heading('Masks');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.goBack();
  await heading('Compute the reach');
  await page.goBack();
  await heading('A digit among letters');
  await page.goBack();
  await heading('Learn Zebra by doing');
  await expect(page).toHaveTitle('Lessons · Zebra Lab');
  await page.goForward();
  await page.goForward();
  await heading('Compute the reach');
  await expect(page).toHaveTitle('Compute the reach · The cliff · Zebra Lab');
  expect(documents).toBe(loaded);
  // The browser itself opens links in new tabs.
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Lab', exact: true }).click({ modifiers: ['ControlOrMeta'] }),
  ]);
  await expect(tab).toHaveURL(/\/lab\//);
  await heading('Compute the reach');
});

test('a page keeps the title that its document came with', async ({ page }) => {
  for (const path of [
    'teach/',
    'teach/04-the-cliff/',
    'teach/links/',
    'class/',
    'worksheet/',
    'worksheet/04-the-cliff/',
    'test/',
  ]) {
    const sent = await (await page.request.get(path)).text();
    await visit(page, path);
    await expect(page.locator('.static')).toHaveCount(0);
    await expect(page).toHaveTitle(/<title>(.*)<\/title>/.exec(sent)![1]!);
  }
});

test('without JavaScript a lesson can be read, and links lead from page to page', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const reader = await context.newPage();
  await reader.goto(`${baseURL}lessons/04-the-cliff/#find-the-edge`);
  await expect(reader).toHaveTitle('The cliff · Zebra Lab');
  await expect(reader.getByRole('heading', { name: 'What a reach says' })).toBeVisible();
  await expect(reader.getByRole('heading', { name: 'Find the edge' })).toBeInViewport();
  expect(await reader.locator('math').count()).toBeGreaterThan(1);
  await reader.getByRole('link', { name: 'Planner', exact: true }).click();
  await expect(reader.getByRole('heading', { level: 1, name: 'The planner' })).toBeVisible();
  await reader.goto(`${baseURL}nothing-here`);
  await reader.getByRole('link', { name: 'Lab', exact: true }).first().click();
  await expect(reader.getByRole('heading', { level: 1, name: 'The Lab' })).toBeVisible();
  await context.close();
});

test('the text of a page gives way to the page without moving anything', async ({ page }) => {
  await page.addInitScript(() => {
    const scope = globalThis as unknown as { moved: number };
    scope.moved = 0;
    new PerformanceObserver((list) => {
      for (const one of list.getEntries() as (PerformanceEntry & { value: number })[])
        scope.moved += one.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const path of ['./', './lessons/', './lessons/04-the-cliff/', './teach/04-the-cliff/']) {
    await visit(page, path);
    await page.waitForTimeout(300);
    const moved = await page.evaluate(() => (globalThis as unknown as { moved: number }).moved);
    expect(moved, path).toBeLessThan(0.1); // "good" by web.dev/cls
  }
});
