/** @file The first minute in the Lab on a small phone, with a thumb: see the point, train, pause, pick a cell, compare. */
import { expect, test, type Locator } from '@playwright/test';
import { button, numberOf, output, READY_MS, visit, watchForErrors } from './support';

test.use({
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  actionTimeout: 10_000,
  contextOptions: { reducedMotion: 'reduce' },
});
watchForErrors();

/** Heights of targets in px: of buttons, and of small ones next to a text. */
const THUMB = 44;
const SMALL = 36;
const soon = expect.configure({ timeout: 10_000 });

/** All of it is in the window, and no bar covers its middle. */
const inSight = (target: Locator) =>
  soon
    .poll(() =>
      target.evaluate((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        if (top < 0 || bottom > innerHeight || left < 0 || right > innerWidth)
          return `from ${Math.round(top)} to ${Math.round(bottom)} of ${innerHeight}`;
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return hit && (one.contains(hit) || hit.contains(one)) ? 'in sight' : 'covered';
      }),
    )
    .toBe('in sight');

async function tap(
  target: Locator,
  position?: { readonly x: number; readonly y: number },
  least = THUMB,
) {
  const { height } = (await target.boundingBox())!;
  expect.soft(Math.round(height), String(target)).toBeGreaterThanOrEqual(least);
  await target.tap(position && { position });
  const sideways = await target
    .page()
    .evaluate(() => document.documentElement.scrollWidth - innerWidth + scrollX);
  expect(sideways).toBe(0);
}

test('the first minute in the Lab works with a thumb', async ({ page }) => {
  await visit(page, './#/lab');
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await test.step('see the point and how to begin, without scrolling', async () => {
    await inSight(page.locator('.point'));
    await inSight(page.getByText('Press Train to begin.'));
    await inSight(button(page, 'Train'));
  });
  await test.step('train, and see that it learns', async () => {
    await tap(button(page, 'Train'));
    await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBeGreaterThan(2);
    await inSight(output(page, 'Step count'));
    await inSight(page.getByRole('img', { name: 'Loss', exact: true }));
    await inSight(button(page, 'Pause'));
  });
  await test.step('pause', async () => {
    await tap(button(page, 'Pause'));
    await inSight(button(page, 'Train'));
    await expect(page.locator('[data-phase]')).toHaveAttribute('data-phase', 'paused');
  });
  await test.step('see the maps and pick a cell', async () => {
    const map = page.getByRole('img', { name: 'Attention of layer 3, head 1', exact: true });
    await map.evaluate((one) => one.scrollIntoView({ block: 'center' }));
    const { width, height } = (await map.boundingBox())!;
    expect(width).toBeGreaterThan(120);
    await tap(map, { x: 0.25 * width, y: 0.75 * height });
    await inSight(page.getByText(/^query \d+ /).first());
    await tap(page.getByRole('button', { name: /^Free/ }), undefined, SMALL);
    await soon(page.getByText(/^query \d+ /)).toHaveCount(0);
  });
  await test.step('compare', async () => {
    await tap(page.getByRole('link', { name: 'Compare', exact: true }));
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Grouped|steps/);
    await inSight(page.getByRole('heading', { level: 1 }));
    await inSight(button(page, 'Train'));
  });
});
