/**
 * @file Screenshots of every page, and every lesson's first step: `npm run build && npm run
 * screenshots [-- FOLDER]`.
 */
import { mkdirSync } from 'node:fs';
import { bundled } from '../bundle.mjs';
import { known, lessonFiles } from '../lessons/files.mjs';
import { block, inline } from '../lessons/render.mjs';
import { optionsOf } from '../options.mjs';
import { button, numberOf, openAt, openLab, withPage } from '../page.mjs';

const { positionals } = optionsOf(
  'npm run screenshots -- [FOLDER]',
  {},
  { allowPositionals: true },
);
const folder = positionals[0] ?? 'docs/screenshots';
mkdirSync(folder, { recursive: true });

const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];
const NEEDLE =
  'task=needle&layers=4&width=32&heads=2&context=48&window=6&chunk=6&batch=16&warmup=30';

/** Local layers of a Zebra stack, one key too wide, compared with the correct ones. */
const MASKS =
  'T=32&layer=causal&layer=3*causal%20%26%20window(7)&at=2&other=causal%20%26%20window(6)';

const CAPTURE = 'test/fixtures/capture/hybrid.zip';

const png = (page, name, options = {}) =>
  page.screenshot({ path: `${folder}/${name}.png`, ...options });

/** Pages with content of their own: recorded runs, a shipped model, what teachers start with. */
const OTHERS = {
  compare: 'compare',
  figures: 'figures',
  planner: 'planner',
  generate: 'generate?v=1&model=moby-dick-512-grouped',
  lessons: 'lessons',
  teach: 'teach',
  guide: 'teach/06-which-layer',
  class: 'class',
};

/** Codes of an invented class, for one lesson: some solve it at once, some after a mistake, some not at all. */
async function codesOfAClass(id) {
  const { solutions } = await bundled('test/lessons/solutions.ts');
  const { codeOf } = await bundled('src/lessons/result.ts');
  const lesson = solutions(lessonFiles(), known(), { block, inline }).find((one) => one.id === id);
  const exercises = lesson.steps.flatMap((step) => step.exercises);
  return ['Ada', 'Bao', 'Chidi', 'Dana', 'Emil', 'Farah', 'Goran', 'Hana', 'Ines'].map((who, i) => {
    const answers = exercises.flatMap(({ id, right, wrong }, j) => {
      const luck = (i * 7 + j * 5) % 9;
      const mistake = wrong?.answer;
      if (luck === 8) return [];
      if (mistake === undefined || luck < 4) return [[id, { answer: right, right: true, tries: 1, hints: 0 }]]; // prettier-ignore
      if (luck < 7)
        return [[id, { answer: right, first: mistake, right: true, tries: 2, hints: luck % 3 }]];
      return [[id, { answer: mistake, right: false, tries: 1, hints: 0 }]];
    });
    const done = lesson.steps.slice(0, 4 + (i % 4)).map(({ slug }) => slug);
    return codeOf({ lesson: id, who, progress: { done, answers: Object.fromEntries(answers) } });
  });
}

async function trained(page, steps) {
  await button(page, 'Train').click();
  while (!((await numberOf(page, 'Step count')) >= steps)) await page.waitForTimeout(200);
  await page.waitForTimeout(800); // the figure for this moment arrives
}

const codes = await codesOfAClass('03-reach');

await withPage({ webgpu: true }, async (address, browser) => {
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      await openAt(page, `${address}#/lab`); // as a visitor finds it
      await page.waitForTimeout(1500);
      await png(page, `lab-${width}-${colorScheme}-idle`);
      await trained(page, width === 1440 && colorScheme === 'light' ? 230 : 60); // once the stripe reads the line above
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
      // What a model read, at the first wrong cell.
      if (width === 390) await page.getByText('Mask, files, layers').click();
      await page.getByLabel('Open a mask or config').setInputFiles(CAPTURE);
      await page.getByRole('button', { name: 'Show prefill, text 0' }).click();
      await page.getByText(/: weight/).waitFor();
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(800);
      await png(page, `capture-${width}-${colorScheme}`, { fullPage: width === 390 });
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
      for (const [name, hash] of Object.entries(OTHERS)) {
        await page.goto(`${address}#/${hash}`);
        await page.waitForTimeout(2500);
        if (name === 'generate') {
          await button(page, 'Generate').click();
          await page.getByText('200 written').waitFor({ timeout: 60_000 });
          await page.waitForTimeout(300);
        }
        if (name === 'class') {
          await page.getByLabel(/^Codes, one a line/).fill(codes.join('\n'));
          await button(page, 'Add the codes').click();
          await page.getByRole('heading', { level: 2, name: 'Reach' }).waitFor();
        }
        await png(page, `${name}-${width}-${colorScheme}`, { fullPage: true });
      }
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
