/** @file Screenshots of the Compare page: `npm run build && node scripts/pictures/compare.mjs [FOLDER]`. */
import { mkdirSync } from 'node:fs';
import { optionsOf } from '../options.mjs';
import { button, numberOf, withPage } from '../page.mjs';

const { positionals } = optionsOf(
  'node scripts/pictures/compare.mjs [FOLDER] [1440-dark]',
  {},
  { allowPositionals: true },
);
const [folder = 'docs/screenshots', only] = positionals;
mkdirSync(folder, { recursive: true });

await withPage({ webgpu: false }, async (address, browser) => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of [
      [1440, 900],
      [768, 1024],
      [390, 844],
    ]) {
      if (only && only !== `${width}-${colorScheme}`) continue;
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      page.on('pageerror', (error) => console.error(error.message));
      page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
      const png = (name) =>
        page.screenshot({
          path: `${folder}/compare-${width}-${colorScheme}-${name}.png`,
          fullPage: true,
        });
      await page.goto(`${address}#/compare`);
      const step = button(page, 'Step');
      while (await step.isDisabled()) await page.waitForTimeout(200);
      await page.waitForTimeout(1000);
      await png('idle');
      await button(page, 'Train').click();
      while (!((await numberOf(page, 'Step count')) >= 40)) await page.waitForTimeout(200);
      const map = page.getByRole('img', {
        name: 'Local: attention of layer 1, head 1',
        exact: true,
      });
      await map.scrollIntoViewIfNeeded();
      const box = await map.boundingBox();
      await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.8);
      await page.waitForTimeout(600);
      await png('training');
      await page.close();
    }
  }
});
