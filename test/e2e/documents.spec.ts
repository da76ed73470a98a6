/**
 * @file Documents that share a row: kept apart in the Lab, refused if a layer cannot, and trained next to the same rows
 * read as one text.
 */
import { expect, test } from '@playwright/test';
import { button, machine, numberOf, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

test('rows of a table are kept apart line by line and compared with the same rows read as one text', async ({
  page,
}) => {
  const rows = 'task=postal-codes&context=128&batch=2&width=16&layers=2';
  await visit(page, `./#/lab?v=1&${rows}&${machine().query}`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  const documents = page.getByLabel('Consecutive documents', { exact: true });
  await expect(documents).toHaveValue('off');
  await expect(page.getByText('A document is a line.')).toBeVisible();

  await documents.selectOption('masked');
  await expect.poll(() => page.url()).toMatch(/documents=masked/);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
  await expect(page.getByText(/documents leave \d+ % of the layers’ pairs/)).toBeVisible();
  await expect(page.getByText(/counted as if the row were one document/)).toBeVisible();

  await page.getByRole('link', { name: 'Compare with and without the document mask' }).click();
  await expect(page.getByText(/They differ in: consecutive documents\./)).toBeVisible({
    timeout: READY_MS,
  });
  await expect(page.getByText('Grouped documents apart').first()).toBeVisible();
});

test('if a layer reads averages of chunks, the Lab says why documents cannot be kept apart and what would work', async ({
  page,
}) => {
  await visit(page, `./#/lab?v=1&context=64&batch=2&documents=restart&${machine().query}`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await page.getByText('Approximate', { exact: true }).first().click();
  await expect(page.getByText(/documents cannot be kept apart in a plan/)).toBeVisible();
  await page.getByRole('button', { name: /Use consecutive documents off/ }).click();
  await expect(page.getByText(/documents cannot be kept apart/)).toHaveCount(0);
});
