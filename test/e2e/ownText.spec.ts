/** @file A text of the reader’s own in any script, and files that are not text. */
import { expect, test, type Page } from '@playwright/test';
import { button, numberOf, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

const SENTENCES = ['你好，斑马读它前面的一切。', '每个词都向后看。', '窗口很窄，文章很长。'];
const CHINESE = Array.from(
  { length: 240 },
  (_, i) => SENTENCES[(i * i + (i % 7)) % 3]! + (i % 6 === 5 ? '\n\n' : ''),
).join('');

async function ownText(page: Page, query = ''): Promise<void> {
  await visit(page, `./#/lab?v=1&context=64&layers=2&width=32&heads=2&${query}`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await page.getByLabel('Text or task', { exact: true }).selectOption('own-text');
}

test('你好 is learned and generated again', async ({ page }) => {
  await ownText(page);
  await page.getByLabel('Your text', { exact: true }).fill(CHINESE);
  await expect(
    page.getByText(/Your text uses \d+ different characters. Each is a token./),
  ).toBeVisible();
  await expect.poll(() => page.url(), { timeout: READY_MS }).toContain('alphabet=');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: 60_000 }).toBeGreaterThan(50);
  const wrote = page.locator('.sample');
  await expect(wrote).toContainText(/\p{Script=Han}{3}/u);
  const characters = new Set([...CHINESE, '⏎', '□']);
  for (const one of (await wrote.innerText()).replace(/\s/gu, ''))
    expect(characters).toContain(one);

  await page.getByLabel('A token is', { exact: true }).selectOption('bytes');
  await expect(page.getByText(/read byte by byte \(UTF-8\)/)).toBeVisible();
  await expect.poll(() => page.url(), { timeout: READY_MS }).toContain('alphabet=bytes');
  await page.reload();
  await expect(page.getByLabel('A token is', { exact: true })).toHaveValue('bytes');
});

test('a text that is too short, or a PDF, is refused at the field, and the list says which text trains', async ({
  page,
}) => {
  await ownText(page, 'task=moby-dick');
  const list = page.getByLabel('Text or task', { exact: true });
  const chosen = () => list.evaluate((one: HTMLSelectElement) => one.selectedOptions[0]!.text);
  expect(await chosen()).toMatch(/^Your text, not in use yet$/);
  const own = page.getByRole('group', { name: 'Your own text' });
  await page.getByLabel('Your text', { exact: true }).fill('你好');
  await expect(own.getByRole('alert')).toHaveText(
    'Your text is too short (2 characters; at least 2,000 are needed). The model still trains on Moby-Dick.',
  );
  expect(await chosen()).toBe('Your text, not in use yet');
  await expect(page.getByText('Not built:')).toHaveCount(0);

  await own.locator('input[type=file]').setInputFiles({
    name: 'essay.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'),
  });
  await expect(own.getByRole('alert')).toContainText(
    /^essay\.pdf: this is a PDF, not plain text: open it, select all, copy, and paste the text here/i,
  );
  await page.getByLabel('Your text', { exact: true }).fill(CHINESE);
  await expect(own.getByRole('alert')).toHaveText('');
  await expect.poll(chosen).toBe('Your own text');
});

test('a text too short for the context is used after one click, and until then Train names the text it trains on', async ({
  page,
}) => {
  await ownText(page, 'task=postal-codes&context=512');
  const own = page.getByRole('group', { name: 'Your own text' });
  await expect(own.getByText('Until there is a text, the model trains on')).toBeVisible();
  await expect(own.getByRole('alert')).toHaveText('');
  await expect(page.getByLabel('Your text', { exact: true })).toHaveAttribute(
    'aria-invalid',
    'false',
  );
  await expect(button(page, 'Train on Postal codes')).toBeVisible();
  await page.getByLabel('Your text', { exact: true }).fill(CHINESE);
  await expect(own.getByRole('alert')).toContainText('too few for a context of 512');
  await expect(button(page, 'Train on Postal codes')).toBeVisible();
  await own.getByRole('button', { name: /^Use a context of \d+$/ }).click();
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await expect(own.getByRole('alert')).toHaveText('');
  await expect.poll(() => page.url()).toMatch(/task=own-text.*context=\d+/);
});

test('a window as wide as the text says so, and its slider ends there', async ({ page }) => {
  await visit(page, './#/lab?v=1&plan=local&window=200&context=64&layers=2');
  await expect(
    page.getByRole('button', { name: /Layer 1: Local, W 200 ≥ T, reads everything/ }),
  ).toBeVisible();
  await expect(page.getByText(/^As wide as the text \(64 tokens\)/)).toBeVisible();
  const slider = page.getByRole('slider', { name: 'Window', exact: true });
  expect(await slider.getAttribute('max')).toBe('64');
  await expect(page.getByLabel('Window, value')).toHaveValue('200');
  await slider.fill('63');
  await expect(page.getByRole('button', { name: /Layer 1: Local, W 63\. / })).toBeVisible();
});

const LINK = 'v=1&task=own-text&layers=2&width=32&heads=2&window=7&seed=5';

test('a link for a text of one’s own keeps its settings until a text is given, also if it hides the choice of a text', async ({
  page,
}) => {
  await visit(page, `./#/lab?${LINK}&hide=task&lock=window`);
  await expect(page.getByText('This link is for a text of your own.')).toBeVisible();
  await expect(
    page.getByText('Until you give a text, the model trains on Moby-Dick.'),
  ).toBeVisible();
  await expect(button(page, 'Train on Moby-Dick')).toBeEnabled({ timeout: READY_MS });
  const kept = /task=own-text.*window=7.*layers=2.*hide=task/;
  await expect(page).toHaveURL(kept);
  await page.reload();
  await expect(page.getByLabel('Window, value')).toHaveValue('7');
  await expect(page).toHaveURL(kept);

  await button(page, 'Give a text').click();
  const field = page.getByLabel('Your text', { exact: true });
  await expect(field).toBeFocused();
  await field.fill(CHINESE);
  await expect(page.getByText('This link is for a text of your own.')).toHaveCount(0);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await expect(page).toHaveURL(/task=own-text.*alphabet=.*window=7.*layers=2/);
});

test('Compare keeps such a link too and trains on a text of the site meanwhile, and Back returns to it', async ({
  page,
}) => {
  await visit(page, `./#/compare?${LINK}&run=local;window:7&run=global`);
  await expect(page.getByText('This link is for a text of your own.')).toBeVisible();
  await expect(button(page, 'Train on Moby-Dick')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Train on Moby-Dick').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: 60_000 }).toBeGreaterThan(3);
  await expect(page).toHaveURL(/task=own-text.*run=local;window:7&run=global/);
  await page.getByRole('link', { name: 'Planner', exact: true }).click();
  await expect(page).toHaveURL(/\/planner\/#/);
  await page.goBack();
  await expect(page.getByText('This link is for a text of your own.')).toBeVisible();
  await expect(page).toHaveURL(/task=own-text.*run=local;window:7&run=global/);
});
