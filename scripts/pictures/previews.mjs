/**
 * @file The pictures of link previews, in public/previews: `npm run pictures:previews` draws those whose words or masks
 * changed. Each contains a hash of what it was made from, which a test compares.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { bundled } from '../bundle.mjs';
import { optionsOf } from '../options.mjs';
import { pngOf, textIn } from '../pages/png.mjs';
import { PREVIEWS, readSite } from '../pages/read.mjs';
import { chromiumArguments, chromiumPath } from '../test/chromium.mjs';
import { hashOf, KEYWORD } from '../pages/hash.mjs';

const { values } = optionsOf('npm run pictures:previews -- [--all]', { all: { type: 'boolean' } });
const { siteIn } = await bundled('scripts/messages/siteIn.ts');
const { ALL_LANGUAGES } = await bundled('src/core/language.ts');
const folder = fileURLToPath(PREVIEWS);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Each picture once, by its path in the folder: a translation is drawn only if its words differ from the English. */
const pictures = new Map();
let SIZE;
for (const { tag } of ALL_LANGUAGES) {
  const site = await readSite(siteIn(root, tag));
  ({ SIZE } = site);
  for (const preview of site.previews) {
    const picture = site.pictureOf(preview);
    if (pictures.get(`${preview.name}.png`) === picture) continue;
    pictures.set(tag === 'en' ? `${preview.name}.png` : `${tag}/${preview.name}.png`, picture);
  }
}
for (const path of pictures.keys()) mkdirSync(dirname(join(folder, path)), { recursive: true });
for (const path of readdirSync(folder, { recursive: true }))
  if (path.endsWith('.png') && !pictures.has(path)) rmSync(join(folder, path));

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

for (const [name, picture] of pictures) {
  const path = join(folder, name);
  const hash = hashOf(picture);
  if (!values.all && existsSync(path) && textIn(readFileSync(path), KEYWORD) === hash) continue;
  await page.setContent(picture);
  const greys = Buffer.from(await page.evaluate(greysOf, await screenshot()), 'latin1');
  writeFileSync(path, pngOf(SIZE, greys, KEYWORD, hash));
  console.log(name);
}
await browser.close();
