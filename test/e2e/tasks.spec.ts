/** @file How long the page's main thread is busy at a time. `npm run measure -- --only tasks` measures more of it. */
import { expect, test } from '@playwright/test';
import { tasksOf, traced } from '../../scripts/measure/trace.mjs';
import { ALONE, button, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

/**
 * Milliseconds of processor time, so that other processes do not count. On an idle machine, opening takes at most 40
 * (100 when a page was drawn in one task), and training 16.
 */
const OPENS = 75;
const TRAINS = 50;
const TRIES = 3; // a garbage collection may fall into any task
const WATCH_MS = 5_000;

const PAGES = [
  { name: 'Compare', fragment: 'compare?v=1&context=256', map: /attention of layer 1, head 1$/ },
  { name: 'the Lab', fragment: 'lab', map: /^Attention of layer 1, head 1$/ },
  { name: 'a lesson', fragment: 'lessons/04-the-cliff/is-it-the-task' },
];

for (const { name, fragment, map } of PAGES) {
  test(`${name} opens and trains in short tasks`, ALONE, async ({ page }) => {
    const client = await page.context().newCDPSession(page);
    const longest = async (act: () => Promise<void>) =>
      Math.max(...tasksOf(await traced(client, act)).map(({ cpu }) => cpu));
    const train = button(page, 'Train').first();
    const times: { opens: number; trains: number }[] = [];
    for (let i = 0; i < TRIES; i++) {
      const opens = await longest(async () => {
        await visit(page, `./#/${fragment}`);
        await expect(train).toBeEnabled({ timeout: READY_MS });
      });
      const trains = await longest(async () => {
        await train.click();
        await page.waitForTimeout(WATCH_MS);
        if (map) await page.getByRole('img', { name: map }).first().click();
        await button(page, 'Pause').first().click();
        await expect(train).toBeVisible();
      });
      times.push({ opens, trains });
      if (opens <= OPENS && trains <= TRAINS) return;
    }
    throw new Error(`tasks were too long, ${TRIES} times over: ${JSON.stringify(times)}`);
  });
}
