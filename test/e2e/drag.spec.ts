/**
 * @file Dragging a slider while runs train: however slow the machine, the models are built once, when the slider is
 * released.
 */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { button, numberOf, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

const MOVES = 20;

/** Counts the runs that the page asks its engine to open, from the first load on. */
async function countOpened(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const counts = window as unknown as { opened: number };
    counts.opened = 0;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...given: unknown[]) {
      if ((given[0] as { type?: string } | undefined)?.type === 'open') counts.opened++;
      return (post as (...args: unknown[]) => void).apply(this, given);
    };
  });
  return () => page.evaluate(() => (window as unknown as { opened: number }).opened);
}

/** Presses on the track and drags over twenty places without releasing. Returns the values it passed. */
async function dragOver(page: Page, slider: Locator): Promise<Set<string>> {
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await slider.boundingBox())!;
  await page.mouse.move(x + 0.1 * width, y + height / 2);
  await page.mouse.down();
  const values = new Set<string>();
  for (let i = 1; i <= MOVES; i++) {
    await page.mouse.move(x + (0.1 + (0.5 * i) / MOVES) * width, y + height / 2);
    values.add(await slider.inputValue());
  }
  // Longer than the page waits for a slider that is held but not moved.
  await page.waitForTimeout(600);
  return values;
}

test('four training runs are rebuilt once for a slider that passes many values', async ({
  page,
}) => {
  const opened = await countOpened(page);
  await visit(
    page,
    './#/compare?v=1&task=needle&distance=20&layers=2&width=16&heads=2&context=48&window=6&batch=4',
  );
  await button(page, 'Train').click({ timeout: READY_MS });
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(3);
  const before = await opened();
  expect(before).toBe(4);
  const layers = page.getByRole('slider', { name: 'Layers' });
  expect((await dragOver(page, layers)).size).toBeGreaterThan(5);
  expect(await opened()).toBe(before);
  // The new value shows at once, before the runs are rebuilt.
  const asked = Number(await layers.inputValue());
  const stripes = page.getByRole('table', { name: 'Runs', exact: true }).getByRole('img').first();
  await expect(stripes.locator('i')).toHaveCount(asked);
  expect(await numberOf(page, 'Step of Global')).toBeGreaterThan(3);
  await page.mouse.up();
  await expect.poll(opened).toBe(before + 4);
  await page.waitForTimeout(600);
  expect(await opened()).toBe(before + 4);
  await expect(page.getByText(/^Layers changed, so training/)).toBeVisible();
});

test('in the Lab a dragged slider builds one model, when it is released', async ({ page }) => {
  const opened = await countOpened(page);
  await visit(page, './#/lab?v=1&context=64&layers=2&width=16&batch=4&window=6&chunk=8');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
  const before = await opened();
  expect(before).toBe(1);
  const window = page.getByRole('slider', { name: 'Window', exact: true });
  expect((await dragOver(page, window)).size).toBeGreaterThan(5);
  expect(await opened()).toBe(before);
  await page.mouse.up();
  await expect.poll(opened).toBe(before + 1);
});
