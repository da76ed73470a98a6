/** @file The paper's figures on the built page: drawn from recordings, with provenance, tables and files that can be read again. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { DEEP } from '../support/deep';
import { darken, expectAccessible, READY_MS, visit, watchForErrors, unfold } from './support';

watchForErrors();

const figure = (page: Page, name: string) => page.getByRole('figure', { name, exact: true });
const NUMBERED = [1, 2, 3, 4, 5].map((n) => `Figure ${n}`);
const ALL = [...NUMBERED, 'Accuracy by distance'];

async function open(page: Page): Promise<void> {
  await visit(page, './#/figures');
  await expect(figure(page, 'Figure 5')).toBeVisible();
}

async function saved(page: Page, button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test('figures show their sources, tables, findings with caveats, and other contexts', async ({
  page,
}) => {
  await open(page);
  await test.step('every figure is drawn, says what it corresponds to in the paper, and where its numbers come from', async () => {
    for (const name of ALL) {
      const own = figure(page, name);
      await expect(own.getByRole('img')).toBeVisible();
      if (NUMBERED.includes(name)) {
        await expect(own).toContainText(`Corresponds to the paper's Fig. ${name.at(-1)}`);
      }
    }
    for (const name of ['Figure 2', 'Figure 3', 'Figure 4', 'Accuracy by distance']) {
      await expect(figure(page, name)).toContainText(
        /Recorded on .+ · seeds? \d.* · \d+ steps of [\d,]+ tokens · .*WebAssembly.* · Zebra Lab \d.* · \d{4}-\d\d-\d\d\./,
      );
    }
    await expect(figure(page, 'Figure 1')).toContainText('our reconstruction');
    await expect(figure(page, 'Figure 2')).toContainText(
      /means? anything|mean nothing|spread between/,
    );
    await expect(figure(page, 'Figure 5')).toContainText('Counted from the prepared texts');
  });
  await test.step('the table shows the numbers behind a figure, tokens included, and closes again', async () => {
    for (const name of ['Figure 2', 'Figure 4']) {
      const own = figure(page, name);
      const button = own.getByRole('button', { name: 'Table', exact: true });
      await button.click();
      await expect(own.getByRole('columnheader', { name: 'held-out tokens' })).toBeVisible();
      expect(await own.getByRole('row').count()).toBeGreaterThan(8);
      await button.click();
      await expect(own.getByRole('table')).toHaveCount(0);
    }
  });
  await test.step('a finding comes first, its caveats are folded, and curve labels do not overlap', async () => {
    for (const name of ['Figure 2', 'Figure 3', 'Figure 4']) {
      const own = figure(page, name);
      await expect(own).toContainText(
        /(At|With|Reading) [\d,]+ .*(nats|as good as|nothing|no run)/,
      );
      await expect(own).toContainText(/\d seeds of each plan|One seed of each plan|Seeds: /);
      const doubt = own.getByText('says that the means of two plans differ by no more');
      await expect(doubt).toBeHidden();
      await unfold(own.getByText('How sure is this?'));
      await expect(doubt).toBeVisible();
      const boxes = await own.locator('svg text.end').evaluateAll((texts) =>
        texts.map((text) => {
          const { left, right, top, height } = text.getBoundingClientRect();
          return { left, right, middle: top + height / 2 };
        }),
      );
      expect(boxes.length).toBeGreaterThan(2);
      const edge = await own
        .locator('svg')
        .first()
        .evaluate((svg) => svg.getBoundingClientRect().right);
      for (const [i, a] of boxes.entries()) {
        expect(a.right).toBeLessThanOrEqual(edge + 0.5);
        for (const b of boxes.slice(0, i))
          if (a.left < b.right && b.left < a.right)
            expect(Math.abs(a.middle - b.middle)).toBeGreaterThan(13);
      }
    }
  });
  await test.step('Figure 3 shows one context, or all of them with the share of FLOPs at each', async () => {
    const own = figure(page, 'Figure 3');
    await own.getByRole('radio', { name: '512' }).check();
    await expect(own.getByRole('img')).toHaveAccessibleName(/context 512/);
    await own.getByRole('radio', { name: 'all', exact: true }).check();
    await expect(own).toContainText(/of global's FLOPs: \d\d % at \d/);
    await expect(own.getByRole('img')).toHaveAccessibleName(/all contexts/);
  });
  await test.step('another context shows other lengths', async () => {
    const own = figure(page, 'Figure 4');
    await own.getByRole('radio', { name: '2,048' }).check();
    await expect(own.getByRole('img')).toHaveAccessibleName(/context 2,048/);
    await own.getByRole('button', { name: 'Table', exact: true }).click();
    await expect(own.getByRole('cell', { name: '1,025–2,048' }).first()).toBeVisible();
  });
});

test('CSV, SVG and PNG are files that can be read again', async ({ page }) => {
  for (const [i, name] of ALL.entries()) {
    // A new page halfway: Chromium blocks the eleventh download of a page.
    if (i % 3 === 0) await open(page);
    const csv = await saved(
      page,
      figure(page, name).getByRole('button', { name: `Download ${name} as CSV`, exact: true }),
    );
    expect(csv.name).toMatch(/^zebra-lab-[a-z0-9-]+\.csv$/);
    const lines = csv.bytes.toString('utf8').trimEnd().split('\r\n');
    const cells = lines.map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)!.length);
    expect(lines.length).toBeGreaterThan(4);
    expect(lines[0]).toMatch(/,provenance$/);
    expect(new Set(cells).size).toBe(1);

    const svg = await saved(
      page,
      figure(page, name).getByRole('button', { name: `Download ${name} as SVG`, exact: true }),
    );
    const shape = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        broken: parsed.querySelectorAll('parsererror').length,
        root: parsed.documentElement.localName,
        title: parsed.querySelector('title')?.textContent,
        desc: parsed.querySelector('desc')?.textContent?.length ?? 0,
        marks: parsed.querySelectorAll('path, rect').length,
      };
    }, svg.bytes.toString('utf8'));
    expect(shape).toMatchObject({ broken: 0, root: 'svg' });
    expect(shape.title).toContain(name);
    expect(shape.desc).toBeGreaterThan(20);
    expect(shape.marks).toBeGreaterThan(3);
  }
  const png = await saved(page, page.getByRole('button', { name: 'Download Figure 2 as PNG' }));
  expect([...png.bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  expect(png.bytes.length).toBeGreaterThan(5000);
});

test('nothing overflows and no accessibility fault appears, on a narrow phone and in the dark theme', async ({
  page,
}) => {
  const widest = () => page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewportSize({ width: 320, height: 800 });
  await open(page);
  expect(await widest()).toBe(320);
  await expectAccessible(page);
  await page.setViewportSize({ width: 1440, height: 800 });
  await darken(page);
  await expect.poll(widest).toBe(1440);
  await expectAccessible(page);
});

test('efficiency is measured on request, and can be stopped', async ({ page }) => {
  await open(page);
  await page.getByLabel('Longest context').selectOption('512');
  await page.getByRole('button', { name: 'Measure', exact: true }).click();
  const figure = page.getByRole('figure', { name: 'Efficiency' });
  if (DEEP) {
    await expect(page.getByText('All 12 measured.')).toBeVisible({ timeout: 120_000 });
    await expect(figure).toContainText(/At 512 tokens a step of Global takes \d+ ms/);
    await page.getByLabel('Longest context').selectOption('4096');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
  }
  // Each plan at 128 tokens, the shortest context.
  await expect(page.getByText(/^([4-9]|1\d) of \d+ measured/)).toBeVisible({ timeout: READY_MS });
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByText(/^Stopped after \d+ of \d+\.$/)).toBeVisible({ timeout: READY_MS });
  await expect(figure).toContainText('Measured on this machine');
  await figure.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(figure.getByRole('row')).not.toHaveCount(1); // more than the heading
});
