/**
 * @file The pictures of link previews, in public/previews: `npm run pictures:previews` draws those whose words or masks
 * changed. Each contains a hash of what it was made from, which a test compares.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { optionsOf } from '../options.mjs';
import { pngOf, textIn } from '../pages/png.mjs';
import { readSite } from '../pages/read.mjs';
import { chromiumArguments, chromiumPath } from '../test/chromium.mjs';
import { hashOf, KEYWORD } from '../pages/hash.mjs';

const { values } = optionsOf('npm run pictures:previews -- [--all]', { all: { type: 'boolean' } });
const FOLDER = 'public/previews';
const { previews, pictureOf, SIZE } = await readSite();

mkdirSync(FOLDER, { recursive: true });
const names = new Set(previews.map(({ name }) => `${name}.png`));
for (const name of readdirSync(FOLDER)) if (!names.has(name)) rmSync(`${FOLDER}/${name}`);

const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: chromiumArguments({ webgpu: false }),
});
const page = await browser.newPage({ viewport: SIZE });
const screenshot = async () =>
  `data:image/png;base64,${(await page.screenshot()).toString('base64')}`;

/** Runs in the page: the pixels of a picture, a character each. */
async function greysOf(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let greys = '';
  for (let i = 0; i < data.length; i += 4)
    greys += String.fromCharCode(
      Math.round(0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2]),
    );
  return greys;
}

for (const preview of previews) {
  const path = `${FOLDER}/${preview.name}.png`;
  const picture = pictureOf(preview);
  const hash = hashOf(picture);
  if (!values.all && existsSync(path) && textIn(readFileSync(path), KEYWORD) === hash) continue;
  await page.setContent(picture);
  const greys = Buffer.from(await page.evaluate(greysOf, await screenshot()), 'latin1');
  writeFileSync(path, pngOf(SIZE, greys, KEYWORD, hash));
  console.log(path);
}
await browser.close();
