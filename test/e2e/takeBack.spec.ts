/** @file A key or a slider never loses a trained run: the change can be undone. */
import { expect, test, type Page } from '@playwright/test';
import { button, numberOf, READY_MS, settled, visit, watchForErrors } from './support';

watchForErrors();

const stepCount = (page: Page) => numberOf(page, 'Step count');

async function lab(page: Page): Promise<void> {
  await visit(page, './#/lab?v=1');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
}

test('a reset in the Lab is undone, and training continues from there', async ({ page }) => {
  await lab(page);
  await page.locator('main h1').first().click();
  await page.keyboard.press('Space');
  await expect.poll(() => stepCount(page)).toBeGreaterThan(3);
  await page.keyboard.press('Space');
  await expect(button(page, 'Train')).toBeVisible();
  const step = await settled(page);
  await page.keyboard.press('r');
  await expect.poll(() => stepCount(page)).toBe(0);
  await expect(page.getByText(/^The run was reset\. The previous run reached step/)).toBeVisible();
  await button(page, 'Take it back').click();
  await expect.poll(() => stepCount(page)).toBe(step);
  await expect(button(page, 'Take it back')).toBeHidden();
  await page.keyboard.press('.');
  await expect.poll(() => stepCount(page)).toBe(step + 1);
});

test('single-key shortcuts are turned off for this browser, and their list says so', async ({
  page,
}) => {
  await lab(page);
  await page.locator('main h1').first().click();
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /anywhere on the page/ }).uncheck();
  await button(page, 'Close').click();
  await page.locator('main h1').first().click();
  await page.keyboard.press('.');
  await page.keyboard.press('?');
  await page.waitForTimeout(500);
  expect(await stepCount(page)).toBe(0);
  await expect(page.getByRole('dialog')).toBeHidden();
  await button(page, 'Keyboard shortcuts').click();
  await page.getByRole('checkbox', { name: /anywhere on the page/ }).check();
  await button(page, 'Close').click();
  await page.locator('main h1').first().click();
  await page.keyboard.press('.');
  await expect.poll(() => stepCount(page)).toBe(1);
});

test('the run of an earlier visit is offered at the top of the page', async ({ page }) => {
  await lab(page);
  await button(page, 'Step').click();
  await expect.poll(() => stepCount(page)).toBe(1);
  // It is kept at every pause, a moment later.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('zebra-lab-checkpoints', { create: true });
        let files = 0;
        // Chromium writes into a file of its own before it takes the place of the kept one.
        for await (const entry of folder.values()) {
          if (entry.kind !== 'file' || entry.name.endsWith('.crswap')) continue;
          if ((await entry.getFile()).size > 0) files++;
        }
        return files;
      }),
    )
    .toBe(1);
  await page.reload();
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  const resume = button(page, 'Resume it');
  await expect(resume).toBeInViewport();
  await resume.click();
  await expect.poll(() => stepCount(page)).toBe(1);
  await expect(resume).toBeHidden();
});

const SMALL =
  './#/compare?v=1&task=needle&distance=20&layers=2&width=16&heads=2&context=48&window=6&batch=4';
const NAMES = ['Global', 'Local', 'Approximate', 'Grouped'];

async function compare(page: Page): Promise<void> {
  await visit(page, SMALL);
  await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
}

const lossesOf = (page: Page) =>
  Promise.all(NAMES.map((name) => numberOf(page, `Training loss of ${name}`)));
const keptAt = (page: Page, step: number) =>
  expect(page.getByText(new RegExp(`last\\s+at\\s+step\\s+${step}\\.`))).toBeVisible();

/** Trains some steps and waits until they are kept. Returns the step. */
async function trained(page: Page): Promise<number> {
  await button(page, 'Train').click();
  await expect.poll(() => stepCount(page)).toBeGreaterThan(3);
  await button(page, 'Pause').click();
  const step = await settled(page);
  await keptAt(page, step);
  return step;
}

test('compared runs of an earlier visit all continue, from their step and losses', async ({
  page,
}) => {
  await compare(page);
  const step = await trained(page);
  const losses = await lossesOf(page);
  // Later, on another page: the URL names other settings.
  await visit(page, './#/compare?v=1');
  const resume = button(page, 'Resume it');
  await expect(resume).toBeInViewport();
  await expect(page.getByText(`${NAMES.join(', ')}, at step ${step}, on`)).toBeVisible();
  await resume.click();
  await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
  await expect(resume).toBeHidden();
  expect(await stepCount(page)).toBe(step);
  expect(await lossesOf(page)).toEqual(losses);
  await expect(page).toHaveURL(/task=needle/);
  await button(page, 'Step').click();
  for (const name of NAMES)
    await expect.poll(() => numberOf(page, `Step of ${name}`)).toBe(step + 1);
  await keptAt(page, step + 1);
});

test('a second tab keeps its comparison next to that of the first, and offers none of the first', async ({
  page,
  context,
}) => {
  await compare(page);
  const step = await trained(page);
  const other = await context.newPage();
  await compare(other);
  await other.waitForTimeout(500);
  await expect(button(other, 'Resume it')).toBeHidden();
  await button(other, 'Step').click();
  await keptAt(other, 1);
  await other.close();
  await compare(page);
  // Two were left; the newest is offered.
  await expect(page.getByText(/at step 1, on/)).toBeVisible();
  expect(step).toBeGreaterThan(1);
});

test('a browser with full storage says that nothing is kept, and training continues', async ({
  page,
}) => {
  await page.addInitScript(() => {
    if (!('FileSystemFileHandle' in window)) return; // about:blank
    FileSystemFileHandle.prototype.createWritable = () =>
      Promise.reject(new DOMException('no room', 'QuotaExceededError'));
  });
  await compare(page);
  await button(page, 'Step').click();
  await expect.poll(() => stepCount(page)).toBe(1);
  await expect(
    page.getByText(/The weights are not kept: The storage of this browser is full/),
  ).toBeVisible();
  await button(page, 'Step').click();
  await expect.poll(() => stepCount(page)).toBe(2);
});

test('a run kept by another version is named and can be deleted, and nothing else happens', async ({
  page,
}) => {
  await compare(page);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('zebra-lab-comparisons', { create: true });
    const stream = await (
      await folder.getFileHandle('compare-1', { create: true })
    ).createWritable();
    await stream.write('{"format":"zebra-lab-kept-comparison","version":99}\n');
    await stream.close();
  });
  await compare(page);
  await expect(page.getByText(/cannot be opened: they were kept by another version/)).toBeVisible();
  await button(page, 'Delete it').click();
  await expect(button(page, 'Delete it')).toBeHidden();
  await compare(page);
  await button(page, 'Step').click();
  await keptAt(page, 1);
  await expect(page.getByText(/cannot be opened/)).toBeHidden();
});
