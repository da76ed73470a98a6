import { expect, test } from '@playwright/test';
import { button, visit } from './support';

test('an unknown page in the URL opens the home page, which says that it does not exist', async ({
  page,
}) => {
  await visit(page, './#/nonsense');
  await expect(page.getByText('This site has no page called ‘nonsense’.')).toBeVisible();
  await page.getByRole('link', { name: 'Figures', exact: true }).click();
  await expect(page.getByText('This site has no page called')).toHaveCount(0);
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

test('the first press of Tab offers a link past the header', async ({ page }) => {
  await visit(page, './#/lab');
  await expect(button(page, 'Train')).toBeVisible(); // the page's own header is there
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await expect(page).toHaveURL(/#\/lab/);
});
