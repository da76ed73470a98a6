/** @file Pictures of the Lab for people to look at: `npm run build && npm run screenshots [-- FOLDER]`. */
import { mkdirSync } from 'node:fs';
import { button, numberOf, openLab, withPage } from './page.mjs';

const folder = process.argv[2] ?? 'docs/screenshots';
mkdirSync(folder, { recursive: true });

const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];
const NEEDLE =
  'task=needle&layers=4&width=32&heads=2&context=48&window=6&chunk=6&batch=16&warmup=30';

const png = (page, name, options = {}) =>
  page.screenshot({ path: `${folder}/${name}.png`, ...options });

async function trained(page, steps) {
  await button(page, 'Train').click();
  while (!((await numberOf(page, 'Step count')) >= steps)) await page.waitForTimeout(200);
  await page.waitForTimeout(800); // the picture of this moment arrives
}

await withPage({ webgpu: true }, async (address, browser) => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await openLab(page, address, '');
      await page.waitForTimeout(1500);
      await png(page, `lab-${width}-${colorScheme}-idle`);
      await trained(page, 60);
      await png(page, `lab-${width}-${colorScheme}-training`);
      if (width === 390) await png(page, `lab-${width}-${colorScheme}-whole`, { fullPage: true });
      await page.close();
    }
  }
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await openLab(page, address, `${NEEDLE}`);
  await trained(page, 120);
  await button(page, 'Pause').click();
  const map = page.getByRole('img', { name: 'Attention of layer 1, head 1', exact: true });
  const box = await map.boundingBox();
  await page.mouse.click(box.x + box.width * 0.2, box.y + box.height * 0.97);
  await page.waitForTimeout(500);
  await png(page, 'needle-1440-light-selected');
  await page.close();
});
