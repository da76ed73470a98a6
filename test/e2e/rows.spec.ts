/**
 * @file A mask that no terms describe, kept as its rows: opened, trained, and moved to another browser by URL and as a
 * file.
 */
import { expect, test, type Browser, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { button, numberOf, output, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

const T = 256; // tokens: a random mask of this size is too long for a URL

/** A causal mask with every second cell blocked at random, as numpy saves it. */
function noise(): Buffer {
  let state = 7;
  const lot = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 31;
  };
  const cells = Array.from({ length: T * T }, (_, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    return +(k === q || (k < q && lot() === 1));
  });
  const header = `{'descr': '|b1', 'fortran_order': False, 'shape': (${T}, ${T}), }`.padEnd(117);
  return Buffer.from([0x93, ...Buffer.from(`NUMPY\x01\0v\0${header}\n`, 'latin1'), ...cells]);
}

async function openMask(page: Page): Promise<void> {
  await visit(page, './#/masks');
  await page
    .getByLabel('Open a mask or config')
    .setInputFiles({ name: 'noise.npy', mimeType: '', buffer: noise() });
  await expect(output(page, 'Visible pairs')).toContainText(/1\d,\d{3}/);
}

const ready = (page: Page) => expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
const layer = (page: Page) => page.getByRole('button', { name: /^Layer 1: / });
const OF_ROWS = /^Layer 1: Mask, rows\(#256-[0-9a-f]{16}\)/;

async function step(page: Page): Promise<string> {
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
  await expect(output(page, 'Training loss')).toHaveText(/\d\.\d/);
  return output(page, 'Training loss').innerText();
}

async function saved(page: Page, name: string) {
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return {
    name: file.suggestedFilename(),
    mimeType: '',
    buffer: await readFile(await file.path()),
  };
}

/** Runs that the page saved by itself in this browser. */
const keptRuns = (page: Page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('zebra-lab-checkpoints', { create: true });
    let runs = 0;
    for await (const [name, handle] of folder.entries())
      if (name.startsWith('lab-autosave') && handle.kind === 'file')
        runs += (await (handle as FileSystemFileHandle).getFile()).size > 0 ? 1 : 0;
    return runs;
  });

/** Another browser: it has nothing stored. */
async function elsewhere(browser: Browser, baseURL: string | undefined, address: string) {
  const context = await browser.newContext({ baseURL: baseURL! });
  const page = await context.newPage();
  await visit(page, address);
  return page;
}

const missing = (page: Page) =>
  page.getByText(
    /names rows #256-[0-9a-f]{16}, which are not kept in this browser.*Open that file, or open the address in the browser it was made in/,
  );

test('a mask of rows is trained, is there after a reload, and moves to another browser in a checkpoint', async ({
  page,
  browser,
  baseURL,
}) => {
  await openMask(page);
  await page.getByRole('link', { name: 'Train with this mask' }).click();
  await ready(page);
  await expect(layer(page)).toHaveAccessibleName(OF_ROWS);
  await expect(page.getByText('This browser keeps them')).toBeVisible();
  const mask = (await layer(page).getAttribute('aria-label'))!;
  const loss = await step(page);
  const file = await saved(page, 'Save checkpoint');
  await expect(page.getByText(/Step 1 saved as a file/)).toBeVisible();

  const address = page.url();
  expect(address.length).toBeLessThan(400);
  await page.reload();
  await ready(page);
  await expect(layer(page)).toHaveAccessibleName(mask);
  await expect(page.getByText('Some settings in the link were corrected')).toBeHidden();
  expect(await step(page)).toBe(loss); // the same numbers, from the same mask

  const other = await elsewhere(browser, baseURL, address);
  await expect(missing(other)).toBeVisible();
  await ready(other);
  await expect(layer(other)).not.toHaveAccessibleName(/Mask/);
  await other.getByLabel('Open checkpoint').setInputFiles(file);
  await expect.poll(() => keptRuns(other), { timeout: READY_MS }).toBe(1);
  await expect.poll(() => numberOf(other, 'Step count'), { timeout: READY_MS }).toBe(1);
  await expect(layer(other)).toHaveAccessibleName(mask);
  // Now it is stored there too.
  expect(new URL(other.url()).hash).toContain('rows(%23256-');
  await other.reload();
  await ready(other);
  await expect(layer(other)).toHaveAccessibleName(mask);
  await expect(missing(other)).toBeHidden();

  // And if the rows are lost, the kept run restores them.
  await other.evaluate(() => localStorage.clear());
  await other.reload();
  await expect(missing(other)).toBeVisible();
  await other.getByRole('button', { name: /^Resume the last run/ }).click();
  await expect(layer(other)).toHaveAccessibleName(mask, { timeout: READY_MS });
  await other.context().close();
});

test('a comparison with a mask of rows says in another browser that the rows are missing, and opens there from its file', async ({
  page,
  browser,
  baseURL,
}) => {
  await openMask(page);
  await page.getByLabel('Compare with', { exact: true }).fill('causal & window(32)');
  await page.getByRole('link', { name: 'Train it next to the one that was meant' }).click();
  await ready(page);
  await expect(page.getByText('This browser keeps them')).toBeVisible();
  // Nothing is counted at a length that the rows do not cover.
  const prices = page.getByRole('table', { name: 'Prices' });
  await expect(prices.getByRole('row', { name: /^as it is/ })).toContainText('no price');
  await expect(prices.getByRole('row', { name: /^as meant/ })).not.toContainText('no price');
  const file = await saved(page, 'Save comparison');

  const other = await elsewhere(browser, baseURL, page.url());
  await expect(missing(other)).toBeVisible();
  await other.getByLabel('Open comparison').setInputFiles(file);
  await expect(other.getByRole('table', { name: 'Prices' })).toContainText('no price');
  await expect(other.getByText('This browser keeps them')).toBeVisible();
  expect(other.url()).toBe(page.url());
  await other.reload();
  await expect(other.getByRole('table', { name: 'Prices' })).toContainText('no price');
  await expect(missing(other)).toBeHidden();
  await other.context().close();
});
