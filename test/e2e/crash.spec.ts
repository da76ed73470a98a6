import { expect, test } from '@playwright/test';
import { BACKEND, button, numberOf, open, READY_MS } from './support';

test(
  'if the graphics process crashes during training, the run continues from its last snapshot and the page says so',
  BACKEND,
  async ({ page, browser }) => {
    await open(page, 'task=needle&context=48&distance=20&width=32');
    await button(page, 'Train').click();
    await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBeGreaterThan(3);
    await page.waitForTimeout(6000); // a snapshot is taken every five seconds
    const before = await numberOf(page, 'Step count');
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send('Browser.crashGpuProcess').catch(() => {}); // the crash takes the reply with it
    await expect(page.getByRole('status').filter({ hasText: /went on from step \d+/ })).toBeVisible(
      {
        timeout: READY_MS,
      },
    );
    await expect
      .poll(() => numberOf(page, 'Step count'), { timeout: READY_MS })
      .toBeGreaterThan(before);
  },
);
