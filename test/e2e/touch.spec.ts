/**
 * @file With a finger on a phone: tapping selects, dragging sideways paints, and dragging up or down scrolls the page.
 */
import { devices, expect, test, type Locator, type Page } from '@playwright/test';
import { button, open, output, visit, watchForErrors } from './support';

const { viewport, userAgent, deviceScaleFactor } = devices['iPhone 14']!;
test.use({ viewport, userAgent, deviceScaleFactor, hasTouch: true, isMobile: true });
watchForErrors();

type Point = readonly [x: number, y: number];

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Point) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: at ? [{ x: at[0], y: at[1] }] : [],
    });
  await touch('touchStart', from);
  const STEPS = 12;
  for (let i = 1; i <= STEPS; i++) {
    const share = i / STEPS;
    await touch('touchMove', [
      from[0] + (to[0] - from[0]) * share,
      from[1] + (to[1] - from[1]) * share,
    ]);
  }
  await touch('touchEnd');
}

/** Scrolls it to the middle of the window and waits until it is still. Returns its position. */
async function boxOf(target: Locator) {
  await target.evaluate((one) => one.scrollIntoView({ block: 'center', behavior: 'instant' }));
  return (await target.boundingBox())!;
}
/** The middle of a cell, in a square with `side` cells per side. */
const cellIn =
  (
    { x, y, width, height }: { x: number; y: number; width: number; height: number },
    side: number,
  ) =>
  (query: number, key: number): Point => [
    x + ((key + 0.5) * width) / side,
    y + ((query + 0.5) * height) / side,
  ];
const scrolled = (page: Page) => page.evaluate(() => scrollY);

/** Waits until the page has stopped moving: a tap aimed at a moving button hits something else. */
async function atRest(page: Page): Promise<void> {
  let last = NaN;
  await expect
    .poll(
      async () => {
        const before = last;
        last = await scrolled(page);
        return last === before;
      },
      { intervals: [200] },
    )
    .toBe(true);
}

test('a mask is painted by a tap and by dragging sideways; dragging up or down scrolls and paints nothing', async ({
  page,
}) => {
  await visit(page, './#/lessons/02-four-masks/global');
  const grid = page.getByRole('grid', { name: 'Your mask' });
  await expect(grid).toBeVisible();
  const cell = cellIn(await boxOf(grid.locator('.body')), 8);
  const row = async (query: number) => {
    const cells = grid.locator(`[role=gridcell][data-query="${query}"]`);
    const names = await cells.evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''));
    return names.map((name) => (name.includes('painted') ? 1 : 0)).join('');
  };
  await page.touchscreen.tap(...cell(7, 0));
  await expect.poll(() => row(7)).toBe('10000000');
  await drag(page, cell(6, 1), cell(6, 4));
  await expect.poll(() => row(6)).toBe('01111000');
  const before = await scrolled(page);
  await drag(page, cell(7, 5), cell(1, 5));
  await expect.poll(() => scrolled(page)).toBeGreaterThan(before + 50);
  await atRest(page);
  expect([await row(6), await row(7)]).toEqual(['01111000', '10000000']);
});

test('in a lesson a change from the text scrolls the stage into view, and a link leads back', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, './#/lessons/04-the-cliff');
  const look = button(page, 'Look at the first question mark');
  const map = page.getByRole('img', { name: /attention of layer 1, head 1/i });
  await expect(look).toBeVisible();
  await expect(map).not.toBeInViewport();
  await look.tap();
  await expect(map).toBeInViewport();
  await expect(page.getByText(/^query 44 /).first()).toBeInViewport();
  await atRest(page);
  const back = page.getByRole('link', { name: 'Back to the text' });
  await expect(back).toBeInViewport({ ratio: 1 });
  await back.tap();
  await expect(look).toBeInViewport();
  await expect(look).toBeFocused();
  await atRest(page);
  await expect(back).not.toBeInViewport();

  await visit(page, './#/lessons/02-four-masks/from-may-to-does');
  await page.locator('article').getByRole('slider').fill('0.5');
  await button(page, 'Predict').tap();
  await expect(page.locator('[data-view=curve]')).toBeInViewport();
  await atRest(page);
  await back.tap();
  await expect(page.getByText('You predicted 50 %.')).toBeInViewport();
});

test('in the Lab a tap on a map locks a query, and a stripe opens its menu', async ({ page }) => {
  await open(page, 'task=needle&context=32&distance=8&width=16&layers=2&heads=2&window=4&batch=4');
  await button(page, 'Train').tap();
  await button(page, 'Pause').tap();
  const map = page.getByRole('img', { name: 'Attention of layer 1, head 1', exact: true });
  const { x, y, width, height } = await boxOf(map);
  await page.touchscreen.tap(x + width * 0.2, y + height * 0.9);
  await expect(page.getByText(/^query 28 /)).toBeVisible();
  const stripe = page.getByRole('button', { name: /^Layer 2:/ });
  await stripe.tap();
  await page
    .locator('fieldset', { hasText: 'Layer 2 reads' })
    .getByText('Global', { exact: true })
    .tap();
  await expect(page.getByRole('button', { name: /^Layer 2: Global/ })).toBeVisible();
});

test('on the workbench a tap chooses a cell; a mask shown whole lets the page scroll, one in paint mode does not', async ({
  page,
}) => {
  await visit(page, './#/masks?v=1&T=32&layer=causal');
  const mask = page.getByRole('img', { name: 'Mask of layer 1' });
  await expect(mask).toBeVisible();
  const cell = page.getByRole('slider', { name: 'Cell of the mask' });
  const at = cellIn(await boxOf(mask), 32);
  await page.touchscreen.tap(...at(20, 4));
  await expect(cell).toHaveAttribute('aria-valuenow', '20');
  const before = await scrolled(page);
  await drag(page, at(30, 16), at(8, 16));
  await expect.poll(() => scrolled(page)).toBeGreaterThan(before + 50);
  await atRest(page);

  await button(page, 'Block').tap();
  const now = cellIn(await boxOf(mask), 32);
  const still = await scrolled(page);
  await drag(page, now(20, 4), now(23, 7));
  await expect(output(page, 'Visible pairs')).toContainText('512'); // 528 less 4 × 4
  expect(await scrolled(page)).toBe(still);
});
