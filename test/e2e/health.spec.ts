/** @file The page about this browser: what it finds in Chromium, and in browsers that lack an ability. */
import { expect, test, type Page } from '@playwright/test';
import { plainHost } from './hosts';
import {
  button,
  darken,
  expectAccessible,
  expectNoOverflow,
  visit,
  watchForErrors,
} from './support';

watchForErrors();

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

test('opens from the teachers’ page, is accessible, and copies its text', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit(page, './teach/');
  await page.getByRole('main').getByRole('link', { name: 'This browser' }).click();
  await expect(page).toHaveURL(/\/health\/$/);
  await expect(row(page, 'WebAssembly')).toContainText('with SIMD');
  await expect(row(page, 'IndexedDB')).toContainText('Available');
  await expect(row(page, 'Workers')).toContainText('A worker started');
  await expect(row(page, 'Offline')).toContainText(/Not known yet|The browser refused/);
  await button(page, 'Copy as text').click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Zebra Lab \d+\.\d+\.\d+: .* UTC\n/);
  expect(copied).not.toContain('undefined');
  await expectAccessible(page);
  await expectNoOverflow(page, 390);
  await darken(page);
  await expectAccessible(page);
});

test('its former address and the footer of the home page lead to it', async ({ page }) => {
  await visit(page, './#/health');
  await expect(page).toHaveURL(/\/health\/$/);
  await visit(page, './');
  await page.getByRole('contentinfo').or(page.locator('footer')).getByText('This browser').click();
  await expect(row(page, 'Threads')).toBeVisible();
});

test('without WebGPU, storage or clipboard it says what that means', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'gpu', { value: undefined });
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    const refuse = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    Object.defineProperty(globalThis, 'localStorage', { get: refuse });
    Object.defineProperty(globalThis, 'indexedDB', { get: refuse });
  });
  await visit(page, './health/');
  await expect(row(page, 'WebGPU')).toContainText('This browser has no WebGPU.');
  await expect(row(page, 'Local storage')).toContainText('Blocked.');
  await expect(row(page, 'IndexedDB')).toContainText('Blocked.');
  await expect(page.getByText('Nothing is kept after the page is closed.').first()).toBeVisible();
  await button(page, 'Copy as text').click();
  await expect(page.getByText('does not let the page copy')).toBeVisible();
  await expect(page.getByLabel('What this browser can do, as text')).toHaveValue(
    /IndexedDB: Block/,
  );
});

test('a browser that starts no workers cannot train, and the page says so', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
  });
  await visit(page, './health/');
  await expect(page.getByText(/^This browser cannot train here, because/)).toBeVisible();
  await expect(row(page, 'Workers')).toContainText('No worker started.');
});

test('without headers and without service workers it says why there is one thread', async ({
  page,
}) => {
  const host = await plainHost({ isolates: true });
  try {
    await page.addInitScript(() => {
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
      Object.defineProperty(navigator, 'gpu', { value: undefined });
    });
    await visit(page, `${host.url}health/`);
    await expect(row(page, 'Threads')).toContainText('allows no service worker');
    await expect(row(page, 'Service worker')).toContainText('does not allow any here');
    await expect(page.getByText(/^Everything works; training uses one core/)).toBeVisible();
  } finally {
    await host.close();
  }
});

test('an address with isolation=off is named as the reason', async ({ page }) => {
  const host = await plainHost();
  try {
    await visit(page, `${host.url}#/health`);
    await expect(row(page, 'Threads')).toContainText('Remove isolation=off');
  } finally {
    await host.close();
  }
});
