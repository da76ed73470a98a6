/**
 * @file The home page, lessons from a cold cache, what a teacher makes and gets back, and frames in course pages; on
 * the built page.
 */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { lessonFiles } from '../../scripts/lessons/files.mjs';
import { size, some } from '../support/deep';
import { plainHost } from './hosts';
import {
  ALONE,
  asSlowPhone,
  button,
  expectAccessible,
  expectNoOverflow,
  expectWithin,
  follow,
  visit,
  watchForErrors,
  unfold,
} from './support';

watchForErrors();

const LESSONS = Object.keys(lessonFiles());
const stage = (page: Page) => page.getByRole('region', { name: 'Stage', exact: true });
const feedback = (page: Page) => page.getByRole('status', { name: 'Feedback' }).first();

const homeStep = (page: Page) =>
  page
    .locator('figcaption .step')
    .innerText()
    .then((text) => Number(text.replace(/\D/g, '')));
const right = (page: Page, name: string) =>
  page.getByRole('region', { name, exact: true }).locator('header .number');

test('home: the stripes move and pause on request', async ({ page }) => {
  await visit(page, './');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => homeStep(page)).toBeGreaterThan(20);
  await button(page, 'Pause').click();
  const paused = await homeStep(page);
  await page.waitForTimeout(500);
  expect(await homeStep(page)).toBe(paused);
  await button(page, 'Play').click();
  await expect.poll(() => homeStep(page)).toBeGreaterThan(paused);
});

test('home: the picture waits until it is in view, and continues when it is back in view', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 400 });
  await visit(page, './');
  await expect(button(page, 'Pause')).toBeEnabled(); // it is loaded
  await page.waitForTimeout(500);
  expect(await homeStep(page)).toBe(0);
  await page.getByRole('region', { name: 'Local layers alone' }).scrollIntoViewIfNeeded();
  await expect.poll(() => homeStep(page)).toBeGreaterThan(0);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(300);
  const left = await homeStep(page);
  await page.waitForTimeout(500);
  expect(await homeStep(page)).toBe(left);
});

test('home: with reduced motion the end is shown, the animation can still be played, and three links lead on', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await visit(page, './');
  await expect(page.locator('figcaption .step')).toHaveText('step 300');
  await expect(right(page, 'Zebra stripes')).toHaveText('100 %');
  await expect(right(page, 'Local layers alone')).toHaveText(/^1?\d %$/);
  await expect(
    page.getByText(
      /^After 300 training steps, zebra stripes answer as well as global layers alone \(both 100\s% right\)/,
    ),
  ).toBeVisible();
  await expect(page.getByRole('table', { name: 'Price of Zebra stripes' })).toContainText('50 %');
  await page.waitForTimeout(300);
  expect(await homeStep(page)).toBe(300);
  await expectAccessible(page);
  await button(page, 'Play').press('Enter');
  await expect.poll(() => homeStep(page)).toBeLessThan(200);
  for (const [door, heading] of [
    ['Learn', 'Learn Zebra by doing'],
    ['Play', 'Who reads whom, layer by layer'],
  ] as const) {
    await follow(page, '#/');
    await page.getByRole('navigation', { name: 'Begin' }).getByRole('link', { name: door }).click();
    await expect(page.getByRole('heading', { name: heading })).toBeVisible();
  }
  await follow(page, '#/');
  await page.getByRole('link', { name: 'Debug a mask' }).click();
  await expect(page).toHaveURL(/\/masks\/#/);
});

test('lessons open in under two seconds from a cold cache', ALONE, async ({ browser, baseURL }) => {
  for (const id of some(LESSONS, size('coldLessons'), 1)) {
    const opening = async () => {
      const context = await browser.newContext({ baseURL: baseURL! });
      const page = await context.newPage();
      const since = performance.now();
      await visit(page, `./#/lessons/${id}`);
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
      await expect(page.locator('.view').first()).toBeVisible();
      const ms = performance.now() - since;
      await context.close();
      return ms;
    };
    await expectWithin(2000, opening, `opening ${id}`);
  }
});

test(
  'the Lab and Compare answer in under two seconds from a cold cache on a slow phone',
  ALONE,
  async ({ browser }) => {
    const host = await plainHost({ packed: true, isolates: true });
    for (const path of ['lab', 'compare']) {
      const opening = async () => {
        const context = await browser.newContext({
          viewport: { width: 412, height: 915 },
          serviceWorkers: 'block',
        });
        const page = await context.newPage();
        await asSlowPhone(page);
        await visit(page, `${host.url}${path}/`);
        await page.locator('#app button.train:enabled').waitFor();
        // A task after a frame: the page is free to answer a press.
        const ms = await page.evaluate(
          () =>
            new Promise<number>((resolve) => {
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
            }),
        );
        await context.close();
        return ms;
      };
      await expectWithin(2000, opening, `opening ${path} on a slow phone`);
    }
    await host.close();
  },
);

test('no page is wider than a phone, or than a screen at 200 %, and axe finds nothing', async ({
  page,
}) => {
  const pages = [
    '',
    'lessons',
    'teach',
    'teach/03-reach',
    'worksheet/02-four-masks',
    'worksheet/11-debugging-masks?answers=1',
    'class',
  ];
  await visit(page, './#/class');
  const title = page.getByRole('heading', { level: 1 });
  /** One page after the other without loading the site again; each has a title of its own. */
  const turn = async (path: string) => {
    const before = await title.innerText();
    await follow(page, `#/${path}`);
    await expect(title).not.toHaveText(before);
  };
  for (const path of pages) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await turn(path);
    await expect(title).toBeVisible();
    await page.waitForTimeout(300);
    await expectAccessible(page);
    for (const width of [720, 390, 320]) await expectNoOverflow(page, width);
  }
  for (const id of LESSONS) {
    await turn(`lessons/${id}`);
    await expect(page.locator('.view').first()).toBeVisible();
    for (const width of [720, 390]) await expectNoOverflow(page, width);
  }
});

test('a missing lesson says so and leads back; a missing step opens the first', async ({
  page,
}) => {
  await visit(page, './#/lessons/99-nothing');
  await expect(page.getByRole('alert')).toHaveText(/no lesson is called '99-nothing'/);
  await page.getByRole('link', { name: 'All lessons' }).click();
  await expect(page.getByRole('list', { name: 'Lessons' }).getByRole('listitem')).toHaveCount(
    LESSONS.length,
  );
  await follow(page, '#/lessons/03-reach/%3Cimg%20src=x%3E?v=1&lock=%00&seed=-1&hide=nobody');
  await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  await expect(page).toHaveURL(/\/lessons\/03-reach\/#one-layer\?v=1$/);
});

test('progress is there after a reload, becomes a code, and the code a row of the class’s table', async ({
  page,
}) => {
  await visit(page, './#/lessons/03-reach');
  const answer = page.getByRole('textbox', { name: 'First key read exactly' });
  await answer.fill('17');
  await button(page, 'Check').click();
  await expect(feedback(page)).toContainText('The window of 6 counts the token itself');
  await button(page, 'Hint').click();
  await answer.fill('18');
  await button(page, 'Check').click();
  await expect(feedback(page)).toContainText('Right');
  await page.reload();
  await expect(answer).toHaveValue('18');
  await expect(page.getByText('1 of 3 hints')).toBeVisible();

  await page.getByRole('navigation', { name: 'Steps' }).getByRole('button').last().click();
  await button(page, 'Finish').click();
  await button(page, 'Result for my teacher').click();
  const dialog = page.getByRole('dialog', { name: 'Your result' });
  await dialog.getByLabel('Name or number').fill('<b>Ada</b>');
  const code = await dialog.getByLabel('Code', { exact: true }).inputValue();
  expect(code).toMatch(/^zebra1\.[\w-]+\.[0-9a-f]{8}$/);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  const file = await readFile(await download.path());

  await visit(page, './#/class');
  await page
    .getByLabel(/^Codes, one a line/)
    .fill(`here it is:\n${code}\nand a spoilt one:\n${code.slice(0, -2)}xx`);
  await button(page, 'Add the codes').click();
  await expect(page.getByRole('heading', { level: 2, name: 'Reach' })).toBeVisible();
  const table = page.getByRole('region', { name: 'Table of Reach' });
  await expect(table).toContainText('<b>Ada</b>');
  await expect(page.getByRole('list', { name: 'Refused' })).toBeVisible();
  await expectAccessible(page);

  // The same person's new result replaces the first, and an invalid one removes nothing.
  await page.locator('input[type=file]').setInputFiles([
    { name: 'ada.json', mimeType: 'application/json', buffer: file },
    {
      name: 'evil.json',
      mimeType: 'application/json',
      buffer: Buffer.from(
        '{"format":"zebra-lab-result","version":1,"lesson":"<img src=x onerror=alert(1)>"}',
      ),
    },
    {
      name: 'noise.json',
      mimeType: 'application/json',
      buffer: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 37) % 256)),
    },
  ]);
  const refused = page.getByRole('list', { name: 'Refused' });
  await expect(refused).toContainText('evil.json');
  await expect(refused).toContainText('noise.json');
  await expect(table.getByRole('row')).not.toHaveCount(0);
  expect(await page.locator('img, b:has-text("Ada")').count()).toBe(0);
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download as CSV').click(),
  ]);
  expect(await readFile(await csv.path(), 'utf8')).toContain('<b>Ada</b>');
});

test('a teacher’s link made on the page: training hidden, the window locked, a seed, a step', async ({
  page,
}) => {
  await visit(page, './#/teach');
  await page.getByLabel('Lesson', { exact: true }).selectOption('00-play');
  await unfold(page.getByText('Hide or lock controls'));
  await page
    .getByRole('row', { name: /^Training/ })
    .getByRole('checkbox')
    .first()
    .check();
  await page
    .getByRole('row', { name: /^Window/ })
    .getByRole('checkbox')
    .nth(1)
    .check();
  await page.getByLabel('Seed').fill('7');
  await page.getByLabel('Seed').blur();
  const link = await page
    .getByRole('region', { name: 'Your link' })
    .getByLabel('Link', { exact: true })
    .inputValue();
  expect(link).toContain('/lessons/00-play/#');
  expect(link).toMatch(/hide=train/);
  expect(link).toMatch(/lock=window/);
  expect(link).toMatch(/seed=7/);
  await visit(page, link);
  await expect(page.getByRole('heading', { level: 1, name: 'Play' })).toBeVisible();
  await expect(stage(page).getByRole('button', { name: 'Train', exact: true })).toHaveCount(0);
  await expect(stage(page).getByRole('slider', { name: 'Window' })).toBeDisabled();
  await expect(stage(page).getByRole('radio', { name: 'Local' })).toBeEnabled();
});

test('a stripe responds to the mouse, on the home page and in the Lab', async ({ page }) => {
  for (const path of ['./#/lessons/00-play/black-and-white', './#/lab']) {
    await visit(page, path);
    await page
      .getByRole('button', { name: /^Layer 2: Local/ })
      .first()
      .click();
    await page
      .getByRole('group', { name: 'Layer 2 reads' })
      .getByText('Global', { exact: true })
      .click();
    await expect(page.getByRole('button', { name: /^Layer 2: Global/ }).first()).toBeVisible();
  }
});

test('in a course page’s frame a lesson reports progress, opens the step it is told to, and keeps answers to itself', async ({
  page,
}) => {
  await page.route('**/course.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>Course</title><iframe id="l" width="1200" height="800" title="Lesson"></iframe>
        <script>
          window.heard = [];
          addEventListener('message', (event) => heard.push(event.data));
          l.src = './#/lessons/03-reach?v=1&embed=1';
        </script>`,
    }),
  );
  await visit(page, './course.html');
  const frame = page.frameLocator('#l');
  await expect(frame.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  await expect(frame.getByRole('navigation', { name: 'Pages' })).toHaveCount(0);
  interface Heard {
    readonly source: string;
    readonly type: string;
    readonly index?: number;
    readonly each?: readonly { id: string; state: string }[];
  }
  const heard = () => page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);
  const tell = (message: object) =>
    page.evaluate(
      (data) =>
        (document.getElementById('l') as HTMLIFrameElement).contentWindow!.postMessage(data, '*'),
      message,
    );
  await expect
    .poll(async () => (await heard()).map(({ type }) => type))
    .toEqual(['ready', 'state']);
  await frame.getByRole('textbox', { name: 'First key read exactly' }).fill('18');
  await frame.getByRole('button', { name: 'Check', exact: true }).click();
  await tell({ target: 'zebra-lab', type: 'go', step: 'two-layers' });
  await expect(frame.getByRole('heading', { level: 2, name: 'Two layers' })).toBeVisible();
  await tell({ target: 'zebra-lab', type: 'go', step: '<script>' });
  await tell({ type: 'go', step: 'one-layer' });
  await tell({ target: 'zebra-lab', type: 'result' });
  await expect.poll(async () => (await heard()).at(-1)?.type).toBe('result');
  const all = await heard();
  expect(all.at(-1)!.each!.find(({ id }) => id === 'one-layer')!.state).toBe('solved');
  expect(JSON.stringify(all)).not.toContain('"18"');
  expect(all.findLast(({ type }) => type === 'state')!.index).toBe(1);
});

test('projector mode is large, black on white, and stays on from page to page until it is ended', async ({
  page,
}) => {
  await visit(page, './#/lessons?v=1&projector=1');
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-projector', 'lessons');
  await follow(page, '#/lab');
  await expect(page.getByRole('heading', { name: 'Who reads whom, layer by layer' })).toBeVisible();
  await expect(root).toHaveAttribute('data-projector', 'lab');
  await follow(page, '#/lessons/03-reach?v=1&projector=0');
  await expect(root).not.toHaveAttribute('data-projector', /./);
});

test('the link page tells a teacher what a link closes, and the class counts such a result by what was left open', async ({
  page,
}) => {
  await visit(page, './#/teach');
  await page.getByLabel('Lesson', { exact: true }).selectOption('04-the-cliff');
  await expect(page.getByText(/cannot be done/)).toBeHidden();
  await unfold(page.getByText(/^Hide or lock controls/));
  await page.getByRole('checkbox', { name: /^Hide Training/ }).check();
  await expect(
    page.getByText('With this link everything in the lesson can be done.'),
  ).toBeVisible();
  // Another seed has no recording, so without training there is nothing to predict.
  await page.getByLabel('Seed').fill('7');
  const told = page.getByText(/cannot be done with this link/);
  await expect(told).toContainText('their results count 6 of the 8 exercises');
  await expect(page.getByText(/In “Predict, then run”: .*exercise 4 \(predict/)).toBeVisible();
  const link = await page
    .getByRole('region', { name: 'Your link' })
    .getByLabel('Link', { exact: true })
    .inputValue();
  await visit(page, link);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect
    .poll(() =>
      page.evaluate(() => JSON.stringify(Object.entries(localStorage)).includes('closed')),
    )
    .toBe(true);
});
