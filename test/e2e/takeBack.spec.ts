/** @file What was learnt is not lost by a key or a slider: it can be taken back. */
import { expect, test, type Page } from '@playwright/test';
import { button, numberOf, READY_MS, settled, visit, watchForErrors } from './support';

watchForErrors();

const stepCount = (page: Page) => numberOf(page, 'Step count');

async function lab(page: Page): Promise<void> {
  await visit(page, './#/lab?v=1');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
}

test('a reset in the Lab is taken back, and training goes on from there', async ({ page }) => {
  await lab(page);
  await page.locator('h1').first().click();
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

test('single keys are turned off for this browser, and the list says so', async ({ page }) => {
  await lab(page);
  await page.locator('h1').first().click();
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /anywhere on the page/ }).uncheck();
  await button(page, 'Close').click();
  await page.locator('h1').first().click();
  await page.keyboard.press('.');
  await page.keyboard.press('?');
  await page.waitForTimeout(500);
  expect(await stepCount(page)).toBe(0);
  await expect(page.getByRole('dialog')).toBeHidden();
  await button(page, 'Keyboard shortcuts').click();
  await page.getByRole('checkbox', { name: /anywhere on the page/ }).check();
  await button(page, 'Close').click();
  await page.locator('h1').first().click();
  await page.keyboard.press('.');
  await expect.poll(() => stepCount(page)).toBe(1);
});

test('the run of an earlier visit is offered where one looks first', async ({ page }) => {
  await lab(page);
  await button(page, 'Step').click();
  await expect.poll(() => stepCount(page)).toBe(1);
  // It is kept at every pause, a moment after.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('zebra-lab-checkpoints', { create: true });
        let files = 0;
        for await (const entry of folder.values())
          if (entry.kind === 'file' && (await entry.getFile()).size > 0) files++;
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
