/** @file Pictures of the home page, the lessons, the Lab and the mask workbench for people to look at: `npm run build && npm run screenshots [-- FOLDER]`. */
import { mkdirSync } from 'node:fs';
import { lessonFiles } from './lessons/files.mjs';
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

/** Local layers of a Zebra stack, one key too wide, beside what they should be. */
const MASKS =
  'T=32&layer=causal&layer=3*causal%20%26%20window(7)&at=2&other=causal%20%26%20window(6)';

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
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await page.goto(`${address}#/masks?v=1&${MASKS}`);
      const cell = page.getByRole('slider', { name: 'Cell of the mask' });
      await cell.focus();
      for (const key of ['End', 'ArrowUp', 'ArrowUp', 'ArrowLeft', 'ArrowLeft'])
        await page.keyboard.press(key);
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(800);
      await png(page, `masks-${width}-${colorScheme}`, { fullPage: width === 390 });
      await page.close();
    }
  }
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const viewport = { width, height };
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${address}#/`);
      await page.waitForTimeout(2500);
      await png(page, `home-${width}-${colorScheme}`, { fullPage: width === 390 });
      for (const id of Object.keys(lessonFiles())) {
        await page.goto(`${address}#/lessons/${id}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForTimeout(2000);
        await png(page, `lesson-${id}-${width}-${colorScheme}`, { fullPage: width === 390 });
      }
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
