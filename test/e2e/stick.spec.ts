/**
 * @file The ZIP for a memory stick: it runs on the computer itself with threads, and for other computers in the room
 * without what browsers leave out where there is no HTTPS.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { startStick, type Stick } from '../support/stick';
import { button, numberOf, READY_MS, visit } from './support';

/** The browser itself says at every page of a room that it ignores a header there. */
const problems: string[] = [];
test.beforeEach(({ page }) => {
  problems.length = 0;
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('has been ignored'))
      problems.push(message.text());
  });
});
test.afterEach(() => expect(problems).toEqual([]));

const TINY = 'task=needle&context=32&distance=8&width=16&layers=2&heads=2&window=4&batch=4';

let folder: string;
let stick: Stick;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zebra-zip-'));
  const zip = join(folder, 'site.zip');
  execFileSync(process.execPath, ['scripts/stick/make.mjs', '--as-built', '--out', zip]);
  for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  stick = await startStick('node', join(folder, 'zebra-lab/serve'), ['--room']);
});
test.afterAll(async () => {
  await stick.close();
  rmSync(folder, { recursive: true });
});

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

async function trains(page: Page, url: string): Promise<void> {
  await visit(page, `${url}#/lab?v=1&${TINY}`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBeGreaterThan(3);
}

test('on this computer it trains, isolated', async ({ page }) => {
  await trains(page, `http://localhost:${stick.port}/`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('in a room it trains on one core, and the page says what is missing', async ({ page }) => {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const address = all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  test.skip(address === undefined, 'this computer is in no network');
  const url = `http://${address}:${stick.port}/`;
  await trains(page, url);
  expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated])).toEqual([false, false]);
  await visit(page, `${url}#/generate?v=1&model=marker-40-grouped`);
  await page.getByLabel('Tokens', { exact: true }).fill('5');
  await button(page, 'Generate').click();
  await expect(page.getByText('5 written')).toBeVisible({ timeout: READY_MS });
  await visit(page, `${url}health/`);
  await expect(row(page, 'WebGPU')).toContainText('Hidden, because this page came without HTTPS.');
  await expect(row(page, 'Threads')).toContainText('One thread');
  await expect(row(page, 'Clipboard')).toContainText('Missing');
  await expect(row(page, 'Workers')).toContainText('A worker started');
  await expect(row(page, 'Service worker')).toContainText('does not allow any here');
  await expect(row(page, 'IndexedDB')).toContainText('Available');
  await expect(row(page, 'Offline')).toContainText('only over HTTPS', { timeout: READY_MS });
});
