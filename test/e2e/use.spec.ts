/**
 * @file The page in everyday use: own text, mistakes, the keyboard, a text that fails to load, long contexts, a small
 * phone.
 */
import { expect, test, type Page } from '@playwright/test';
import { button, machine, numberOf, output, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

async function lab(page: Page, query = ''): Promise<void> {
  await visit(page, `./#/lab?v=1&${query}`);
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
}

test('without WebGPU the page says how it computes, and why', async ({ page }) => {
  await lab(page);
  await expect(output(page, 'Backend')).toHaveText(machine().name);
  await button(page, 'Why this backend').click();
  await expect(page.getByText(/no WebGPU|no graphics adapter/).first()).toBeVisible();
});

test('impossible settings are refused in words, and the current run continues', async ({
  page,
}) => {
  await lab(page, 'width=64&heads=4');
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(2);
  await page.getByLabel('Heads', { exact: true }).fill('3');
  await expect(page.getByText('width 64 does not divide into 3 heads')).toBeVisible();
  const before = await numberOf(page, 'Step count');
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(before + 2);
  await expect.poll(() => page.url()).not.toContain('heads=3');
  await page.getByRole('button', { name: /^Use width 60/ }).click();
  await expect.poll(() => page.url()).toContain('heads=3');
  await expect(
    page.getByRole('img', { name: 'Attention of layer 1, head 3', exact: true }),
  ).toBeVisible();
  await expect(
    page.getByRole('img', { name: 'Attention of layer 1, head 4', exact: true }),
  ).toHaveCount(0);
});

test('own text: a short one is refused in words, a long enough one is learned, a reload keeps it', async ({
  page,
}) => {
  await lab(page);
  await page.getByLabel('Text or task', { exact: true }).selectOption('own-text');
  await expect(
    page.getByText('Until there is a text, the model trains on Moby-Dick.'),
  ).toBeVisible();
  const box = page.getByLabel('Your text', { exact: true });
  await box.fill('Too short.');
  await expect(
    page.getByText(/at least 2,000 are needed\)\. The model still trains on Moby-Dick\./),
  ).toBeVisible();
  const text = 'The zebra keeps its stripes, and each stripe keeps the zebra. '.repeat(80);
  await box.fill(text);
  await expect.poll(() => page.url(), { timeout: 15_000 }).toContain('task=own-text');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: 30_000 });
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(5);
  await page.reload();
  await expect(page.getByLabel('Your text', { exact: true })).toHaveValue(text);
});

test('the value of reading far back: stored for a text of the site, counted on request for one’s own', async ({
  page,
}) => {
  await visit(page, './#/lab?v=1&task=postal-codes&context=256&backend=wasm');
  const said = page.getByText(/^Reading far pays here: beyond the 61 characters/);
  await expect(said).toHaveCount(1, { timeout: READY_MS }); // under the text
  const short = page.getByText(/^Local layers alone reach 61 characters; .* \(counted\)\.$/);
  await expect(short).toHaveCount(1); // under the window
  await page.getByLabel('Text or task', { exact: true }).selectOption('own-text');
  await expect(said).toHaveCount(0);
  await expect(short).toHaveCount(0);
  const count = button(page, 'Count how much distant text helps');
  await expect(count).toBeDisabled(); // there is no text yet
  const lines = Array.from(
    { length: 400 },
    (_, i) => `${(i * 7919) % 10007} `.padEnd(99, `${i % 7} of `) + '\n',
  );
  const box = page.getByLabel('Your text', { exact: true });
  await box.fill(lines.join(''));
  await count.click();
  await expect(page.getByText(/here: beyond the 61 characters .* ± .* held-out/)).toBeVisible({
    timeout: 30_000,
  });
  await box.fill(`${lines.join('')} and more`); // it says nothing about another text
  await expect(count).toBeVisible();
  await box.fill('Too short.');
  await count.click();
  await expect(
    page
      .getByRole('alert')
      .getByText(/at least 2,000/)
      .first(),
  ).toBeVisible();
});

test('a stripe is changed with the keyboard, and the costs follow', async ({ page }) => {
  await lab(page);
  const needed = await output(page, 'FLOPs per token needed').innerText();
  const stripe = page.getByRole('button', { name: /^Layer 1: Global/ });
  await stripe.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Layer 1: Local/ })).toBeVisible();
  await expect.poll(() => page.url()).toContain('stripes=SSGS');
  await expect(output(page, 'FLOPs per token needed')).not.toHaveText(needed);
});

test('the view and the locked cell survive a reload', async ({ page }) => {
  await lab(page);
  await page.getByText('Mask', { exact: true }).click();
  const map = page.getByRole('img', { name: 'Attention of layer 2, head 1', exact: true });
  await map.scrollIntoViewIfNeeded();
  const box = (await map.boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.55);
  await expect.poll(() => page.url()).toMatch(/show=mask&at=2\.1\.\d+\.\d+$/);
  const readout = page.getByText(/^query \d+/).first();
  await expect(readout).toBeVisible();
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Mask' })).toBeChecked();
  await expect(page.getByText(/^query \d+/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: /^Free/ })).toBeVisible();
});

test('the space bar trains and pauses, the full stop makes a step, r resets', async ({ page }) => {
  await lab(page);
  await page.locator('main h1').first().click();
  await page.keyboard.press('.');
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
  await page.keyboard.press('Space');
  await expect(button(page, 'Pause')).toBeVisible();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(3);
  await page.keyboard.press('Space');
  await expect(button(page, 'Train')).toBeVisible();
  await page.keyboard.press('r');
  await expect.poll(() => numberOf(page, 'Step count')).toBe(0);
});

test('a text that fails to load is reported in words, and Reset tries again', async ({ page }) => {
  test.info().annotations.push({ type: 'expects', description: 'one failed request' });
  await page.route('**/corpora/sotu.txt', (route) => route.fulfill({ status: 404, body: '' }));
  await visit(page, './#/lab?v=1&task=sotu');
  await expect(page.getByText(/could not be loaded \(.*sotu\.txt: 404\)/)).toBeVisible({
    timeout: READY_MS,
  });
  await page.unroute('**/corpora/sotu.txt');
  await button(page, 'Reset').click();
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
});

test('long contexts are drawn pooled, and the page says so', async ({ page }) => {
  await lab(page, 'context=512&batch=1&width=16&heads=2&layers=2&window=32');
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
  await expect(page.getByText(/2 × 2 tokens/).first()).toBeVisible();
});

test('nothing is wider than a small phone', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await lab(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
  await expect(button(page, 'Train')).toBeInViewport();
});

test('the Lab opens on a run in which a stripe matters, next to the recorded one of local layers', async ({
  page,
}) => {
  await visit(page, './#/lab');
  await expect(page.getByLabel('Start from')).toHaveValue('postal-codes');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await expect(page.getByText(/^At 512 tokens this plan needs 82 % of the FLOPs/)).toBeVisible();
  await button(page, 'Train').click();
  const far = page.getByRole('region', { name: 'Far text' });
  await expect(
    far.getByText(/^Characters that need the far text: \d+\.\d\d nats each/),
  ).toContainText(/With every layer local it was \d+\.\d\d after \d+ steps \(recorded\)\.$/, {
    timeout: READY_MS,
  });
  await button(page, 'Pause').click();
  await expect(page).toHaveURL(/\/lab\/#v=1&task=postal-codes&/); // so a link copied now opens the same run for ever
});
