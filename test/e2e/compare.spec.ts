/**
 * @file Compare in Chromium, with runs that really train: they share their steps, batches and selection. Also axes,
 * files, a run that diverges, and small screens.
 */
import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import {
  button,
  darken,
  expectAccessible,
  expectNoOverflow,
  numberOf,
  output,
  READY_MS,
  settled,
  visit,
  watchForErrors,
} from './support';

watchForErrors();

const NAMES = ['Global', 'Local', 'Approximate', 'Grouped'];
const SMALL = 'task=needle&distance=20&layers=2&width=16&heads=2&context=48&window=6&batch=4';

async function race(page: Page, query = SMALL): Promise<void> {
  await visit(page, `./#/compare?v=1&${query}`);
  await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
}

const stepsOf = (page: Page) => Promise.all(NAMES.map((name) => numberOf(page, `Step of ${name}`)));

/** Trains until at least `least` steps are done and pauses. Returns the steps of all runs. */
async function trainTo(page: Page, least: number): Promise<number[]> {
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThanOrEqual(least);
  await button(page, 'Pause').click();
  // the rounds in progress finish
  await expect.poll(async () => new Set(await stepsOf(page)).size).toBe(1);
  await settled(page);
  return stepsOf(page);
}

interface File {
  runs: { steps: { loss: number[]; batch: string[] } }[];
}

async function bytesOf(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  return readFileSync(await file.path());
}
const downloaded = async (page: Page, name: string) => (await bytesOf(page, name)).toString('utf8');
const saved = async (page: Page) => JSON.parse(await downloaded(page, 'Save comparison')) as File;

test('four runs are on the same step at every pause, saw the same batches, and have the same numbers in the table as in the CSV on every axis', async ({
  page,
}) => {
  await race(page);
  await expect(page.getByText(/^They differ in: plan\. Everything else is equal/)).toBeVisible();
  let before = 0;
  for (const least of [3, 12, 30]) {
    const steps = await trainTo(page, least);
    expect(new Set(steps).size).toBe(1);
    expect(steps[0]).toBeGreaterThan(before);
    await button(page, 'Step').click();
    await expect.poll(() => stepsOf(page)).toEqual(steps.map((step) => step + 1));
    before = steps[0]! + 1;
  }
  const { runs } = await saved(page);
  const batches = runs.map(({ steps }) => steps.batch);
  expect(batches[0]).toHaveLength(before);
  for (const seen of batches) expect(seen).toEqual(batches[0]);
  expect(new Set(batches[0]).size).toBe(before); // another batch at every step
  await test.step('on every axis the table has the numbers of the CSV', () =>
    expectAxes(page, before));
  await button(page, 'Reset').click();
  await expect.poll(() => stepsOf(page)).toEqual([0, 0, 0, 0]);
});

/** On every axis the table has the numbers of the downloaded series; all runs are at the step `steps`. */
async function expectAxes(page: Page, steps: number): Promise<void> {
  // Pure functions write the series (src/compare/csv.ts); their own tests check them against the counts.
  const [head, ...lines] = (await downloaded(page, 'Series as CSV')).trimEnd().split('\r\n');
  const columns = head!.split(',');
  const last = lines.map((line) => line.split(',')).filter(([, step]) => Number(step) === steps);
  const of = (column: string) => last.map((line) => Number(line[columns.indexOf(column)]));
  expect(of('tokens')).toEqual(NAMES.map(() => steps * 4 * 48));
  const needed = of('flops_needed');
  expect(needed[1]).toBeLessThan(needed[3]!); // local < grouped < global
  expect(needed[3]).toBeLessThan(needed[0]!);

  expect(Math.min(...of('bytes_held'))).toBeGreaterThan(0);
  await button(page, 'Table').first().click();
  for (const [axis, column] of [
    ['steps', 'step'],
    ['tokens', 'tokens'],
    ['needed', 'flops_needed'],
    ['done', 'flops_done'],
    ['seconds', 'seconds'],
    ['bytes', 'bytes_held'],
  ] as const) {
    await page.getByLabel('X axis', { exact: true }).selectOption(axis);
    const row = page
      .getByRole('table', { name: /^Losses over/ })
      .locator('tbody tr')
      .last();
    const shown = await row
      .locator('td[data-x]')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset['x'])));
    expect(shown).toEqual(of(column));
  }
  await expect.poll(() => page.url()).toContain('x=bytes');
}

test('the past is replayed, and a query is selected in all runs at once, with the mouse and with the keyboard', async ({
  page,
}) => {
  await race(page);
  await page.locator('main h1').first().click();
  await page.keyboard.press('.');
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
  await page.keyboard.press('Space');
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(40);
  await page.keyboard.press('Space');
  const time = page.getByLabel('Training time', { exact: true });
  await expect(time).toBeEnabled();
  await time.focus();
  await page.keyboard.press('Home');
  await expect(output(page, 'Moment')).toHaveText('step 0');
  await page.keyboard.press('End');
  await expect(output(page, 'Moment')).toHaveText(/^step \d\d+ · now$/);
  const map = (name: string) =>
    page.getByRole('img', { name: `${name}: attention of layer 1, head 1`, exact: true });
  await map('Local').scrollIntoViewIfNeeded();
  const box = (await map('Local').boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.3, box.y + (box.height * 30.5) / 48);
  const query = (name: string) =>
    page.getByRole('slider', { name: `Query in: ${name}: attention of layer 2, head 1` });
  for (const name of NAMES) await expect(query(name)).toHaveAttribute('aria-valuenow', '30');
  await expect(page.getByLabel('Local at the selected cell')).toContainText('may not read');
  await expect(page.getByLabel('Global at the selected cell')).toContainText('reads');
  await page.keyboard.press('ArrowDown');
  for (const name of NAMES) await expect(query(name)).toHaveAttribute('aria-valuenow', '31');
  await expect.poll(() => page.url()).toMatch(/at=1\.1\.31\./);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Free/ })).toHaveCount(0);
});

test('a saved comparison can be read and opened again, also by dropping it on the page; any other file is refused and changes nothing', async ({
  page,
}) => {
  await race(page);
  await page.getByLabel('Name of run 1', { exact: true }).fill('Full');
  await page.keyboard.press('Enter');
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(5);
  await button(page, 'Pause').click();
  await settled(page);
  const text = await downloaded(page, 'Save comparison');
  const steps = (JSON.parse(text) as File).runs[0]!.steps.loss.length;
  const csv = await downloaded(page, 'Series as CSV');
  const lines = csv.trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + 4 * steps);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  for (const line of lines.slice(1)) {
    expect(line).toMatch(/,1,"wasm","[^"]+","[\d.]+","compare\/#v=1&[^"]*name:Full[^"]*"$/);
    expect(line).toContain(`"${version}"`);
  }
  const svg = await downloaded(page, 'Chart as SVG');
  const parsed = await page.evaluate(
    (source) =>
      new DOMParser().parseFromString(source, 'image/svg+xml').querySelectorAll('path, parsererror')
        .length,
    svg,
  );
  expect(parsed).toBeGreaterThanOrEqual(4);
  expect(svg).not.toContain('parsererror');
  expect(svg).not.toContain('var('); // colours that the file could not know
  expect(await downloaded(page, 'Accuracy as SVG')).toContain('<title>Zebra Lab: accuracy</title>');
  for (const [name, title] of [
    ['Chart as PNG', 'Loss'],
    ['Accuracy as PNG', 'Accuracy'],
  ] as const) {
    const png = await bytesOf(page, name);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const box = await page.getByRole('img', { name: title, exact: true }).boundingBox();
    expect(png.readUInt32BE(16)).toBe(Math.round(3 * box!.width)); // three pixels for each pixel of the page
  }
  expect(svg).toMatch(/<desc>compare\/#v=1.*; wasm, .*; Zebra Lab [\d.]+<\/desc>/);

  const drop = (name: string, content: string) =>
    page.evaluate(
      ([file, words]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([words!], file!, { type: 'application/json' }));
        // Unless the page prevents both events, the browser opens the file instead.
        return ['dragover', 'drop'].every((type) => {
          const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
          return !document.querySelector('h1')!.dispatchEvent(event);
        });
      },
      [name, content],
    );
  await race(page, 'layers=1');
  expect(await drop('shopping.json', '{"milk":2}')).toBe(true);
  await expect(page.getByText(/Not opened: the file is not a comparison/)).toBeVisible();
  const open = page.getByLabel('Open comparison');
  const file = (name: string, content: string) => ({
    name,
    mimeType: 'application/json',
    buffer: Buffer.from(content),
  });
  await open.setInputFiles(file('broken.json', text.slice(0, 300)));
  await expect(page.getByText(/Not opened: the file is not complete JSON/)).toBeVisible();
  expect(await numberOf(page, 'Step count')).toBe(0);
  await open.setInputFiles(file('mine.json', text));
  await expect(page.getByText(/Numbers of the file mine\.json/).first()).toBeVisible();
  await expect(output(page, 'Step of Full')).toHaveText(String(steps));
  await expect(page.getByText(/Not opened/)).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('name:Full');
  expect(await drop('dropped.json', text)).toBe(true);
  await expect(page.getByText(/Numbers of the file dropped\.json/).first()).toBeVisible();
  await expect(page.getByText(/Not opened/)).toHaveCount(0);
  await expect(output(page, 'Step of Full')).toHaveText(String(steps));
});

test('a run that diverges stops alone: the page says so, and the others continue', async ({
  page,
}) => {
  // No setting is certain to diverge, so the test sends the message itself. test/engine/diverged.test.ts shows that the
  // engine sends it and continues to train the others.
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    const opened: { worker: Worker; runId: string }[] = [];
    Worker.prototype.postMessage = function (
      this: Worker,
      command: { type: string; runId: string },
    ) {
      if (command.type === 'open') opened.push({ worker: this, runId: command.runId });
      post.call(this, command);
    };
    Object.assign(window, {
      diverge(index: number, failure: object) {
        const { worker, runId } = opened[index]!;
        post.call(worker, { type: 'close', runIds: [runId] });
        const data = { type: 'state', runId, state: { phase: 'failed', failure } };
        worker.dispatchEvent(new MessageEvent('message', { data }));
      },
    });
  });
  await race(page);
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(3);
  await page.evaluate(() =>
    (window as unknown as { diverge(index: number, failure: object): void }).diverge(1, {
      kind: 'diverged',
      loss: NaN,
      gradNorm: NaN,
      step: 5,
      rate: 0.01,
    }),
  );
  await expect(
    page
      .getByRole('alert')
      .filter({ hasText: /Local stopped\. The loss became NaN.* The other runs continue\./ }),
  ).toBeVisible();
  await expect(button(page, 'Pause')).toBeEnabled();
  const before = await numberOf(page, 'Step count');
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(before + 5);
  // Steps that the worker finished before it received the message may still arrive.
  const stopped = await settled(page, 'Step of Local');
  await button(page, 'Pause').click();
  const others = async () => (await stepsOf(page)).filter((_, i) => i !== 1);
  await expect.poll(async () => new Set(await others()).size).toBe(1);
  expect(await numberOf(page, 'Step of Local')).toBe(stopped);
  // The numbers it reached are kept, and the others are still compared without it.
  const { runs } = await saved(page);
  expect(runs[1]!.steps.loss).toHaveLength(stopped);
  await button(page, 'Remove Local').click();
  await expect(page.getByText(/Local stopped/)).toHaveCount(0);
  await page.waitForTimeout(500); // the table refreshes four times a second
  const step = await numberOf(page, 'Step of Grouped');
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step of Grouped')).toBe(step + 1);
});

test('runs are added, changed, renamed and removed', async ({ page }) => {
  await race(page, `${SMALL}&run=global&run=local`);
  const rows = page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
  await expect(rows).toHaveCount(2);
  await expect(button(page, 'Remove Local')).toBeDisabled();
  await button(page, 'Duplicate Local').click();
  await expect(rows).toHaveCount(3);
  await button(page, 'Change Local (2)').click();
  await page.getByLabel('Window, value', { exact: true }).fill('9');
  await page.keyboard.press('Enter');
  await expect(button(page, 'Change Local W 9')).toBeVisible();
  await expect(page.getByText(/They differ in: plan, window\./)).toBeVisible();
  await button(page, 'Add run').click();
  await expect(rows).toHaveCount(4);
  await expect(button(page, 'Add run')).toBeDisabled();
  await button(page, 'Remove Local W 6').click();
  await expect(rows).toHaveCount(3);
  await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
});

test('the second saying is separate in the table, the chart, the series and the file; an older file opens without it', async ({
  page,
}) => {
  const query =
    'task=said-twice&context=128&layers=2&width=16&heads=2&batch=4&run=global&run=local;window:8';
  await race(page, query);
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
  const table = page.getByRole('table', {
    name: 'Characters that need the far text, and the rest, separately',
  });
  await expect(table).toBeVisible();
  const shown = (run: string) => numberOf(page, `Second saying: loss of ${run}`);
  const losses = [await shown('Global'), await shown('Local')];
  for (const loss of losses) expect(loss).toBeGreaterThan(3); // of about ln 96 = 4.56

  await page.getByLabel('Curves', { exact: true }).last().selectOption('Validation: second saying');
  await expect(page.getByRole('img', { name: 'Loss', exact: true })).toHaveAccessibleDescription(
    new RegExp(`^Validation: second saying, loss, over steps: Global ${losses[0]!.toFixed(3)}`),
  );

  const [head, ...lines] = (await downloaded(page, 'Series as CSV')).trimEnd().split('\r\n');
  const at = head!.split(',').indexOf('validation_second_saying_loss');
  expect(lines.map((line) => Number(Number(line.split(',')[at]).toFixed(3)))).toEqual(losses);

  const text = await downloaded(page, 'Save comparison');
  const before = JSON.stringify(JSON.parse(text), (key, value: unknown) =>
    key === 'slices' ? undefined : value,
  );
  const validation = await output(page, 'Validation loss of Local').innerText();
  const open = async (json: string) => {
    await race(page, 'layers=1');
    await page.getByLabel('Open comparison').setInputFiles({
      name: 'mine.json',
      mimeType: 'application/json',
      buffer: Buffer.from(json),
    });
    await expect(output(page, 'Validation loss of Local')).toHaveText(validation);
  };
  await open(text);
  await expect(table).toBeVisible();
  expect([await shown('Global'), await shown('Local')]).toEqual(losses);
  await open(before);
  await expect(table).toHaveCount(0);
});

test('runs that would not fit in memory together are refused before they start', async ({
  page,
}) => {
  await visit(page, './#/compare?v=1&context=1024&batch=64&width=256&layers=12&heads=8');
  await expect(page.getByText(/Not started: .* this device allows/)).toBeVisible({
    timeout: READY_MS,
  });
  await expect(button(page, 'Train')).toBeDisabled();
});

test('the page has no serious accessibility fault in light and dark, and fits a small phone', async ({
  page,
}) => {
  await race(page);
  await trainTo(page, 3);
  await expectAccessible(page);
  await darken(page);
  await expectAccessible(page);
  for (const width of [320, 768, 1440]) {
    await expectNoOverflow(page, width);
    await expect(button(page, 'Train')).toBeInViewport();
  }
});

test('a recorded starting comparison is there at once, and Train replaces it', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await visit(page, './#/compare');
  await expect(page.getByText(/^Recorded on \d{4}-\d\d-\d\d with Zebra Lab/)).toBeVisible();
  for (const name of ['Global', 'Grouped', 'Local'])
    await expect(output(page, `Step of ${name}`)).toHaveText('400');
  // What a visitor sees first: the claim of the paper, on a text that rewards reading far back.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    /^After 400 steps Grouped is as good as Global \(0\.81 and 0\.83 nats\) for 82\s% of its FLOPs; Local is 0\.25 worse than Grouped\.$/,
  );
  // The finding, the prices and the point at which the curves part are visible without scrolling.
  const chart = (await page.getByRole('img', { name: 'Loss', exact: true }).boundingBox())!;
  expect(chart.y + chart.height / 2).toBeLessThan(900);
  await expect(output(page, 'Repeats of the line above: accuracy of Grouped')).toHaveText(
    /^9\d\.\d %$/,
  );
  await expect(output(page, 'Repeats of the line above: accuracy of Local')).toHaveText(
    /^5\d\.\d %$/,
  );

  await page.getByLabel('Start from').selectOption('strategies');
  for (const name of NAMES) await expect(output(page, `Step of ${name}`)).toHaveText('400');
  const time = page.getByLabel('Training time', { exact: true });
  await time.focus();
  await page.keyboard.press('Home');
  await expect(output(page, 'Moment')).toHaveText('step 0');

  await page.getByLabel('Start from').selectOption('needle');
  await expect.poll(() => page.url()).toContain('task=needle');
  await expect(output(page, 'Step of Local')).toHaveText('300');
  await expect(output(page, 'Validation loss of Local')).toHaveText(/^2\.\d+$/);
  await expect(output(page, 'Validation loss of Grouped')).toHaveText(/^0\.0\d+$/);
  // The title is the finding, the table marks which run is ahead and which only guesses, and both lengths have a price.
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(
    /^After 300 steps Approximate and Grouped are as good as Global \(all 100\s% right\) for 94\s% and 96\s% of its FLOPs; Local answers 9\s% right, no better than guessing \(13\s%\)\.$/,
  );
  await expect(page.getByText(/^Local cannot know the answer: its layers reach 21/)).toBeVisible();
  const row = (table: string, name: RegExp) =>
    page.getByRole('table', { name: table, exact: true }).getByRole('row', { name });
  await expect(row('Runs', /tied for best/)).toHaveCount(3);
  await expect(row('Runs', /guesses/)).toHaveCount(1);
  await expect(
    row('Prices', /^Local guesses 9\.4 % 92 % .* 2\.4 % .* 13 % .* 0\.037 %/),
  ).toBeVisible();
  await button(page, 'Train').click();
  await expect(page.getByText(/^Recorded on/)).toHaveCount(0);
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(0);
  await button(page, 'Pause').click();
  await button(page, 'Reset').click();
  await expect.poll(() => stepsOf(page)).toEqual([0, 0, 0, 0]); // Reset goes back to the beginning, not to the recording
  await expect(title).toHaveText(/^Which of Global, Local, Approximate and Grouped answers when/);
});

test('the time per step on this machine is measured from the prices section: training pauses for it, and continues', async ({
  page,
}) => {
  await race(page);
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(2);
  const opener = button(page, 'Measure on this machine');
  await opener.click();
  const dialog = page.getByRole('dialog', { name: 'Measure on this machine' });
  await dialog.getByLabel('Longest context').selectOption('512');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Measure', exact: true }).click();
  await expect(dialog.getByText(/^[1-9]\d* of 12 measured/)).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(button(page, 'Train')).toBeEnabled();
  const step = await settled(page);
  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(step);
  await button(page, 'Pause').click();
});

test('the figures follow the runs: recorded before, live at a pause, and with a band over seeds on request', async ({
  page,
}) => {
  const query = 'layers=2&width=16&heads=2&context=32&window=8&batch=4&run=global&run=grouped';
  await race(page, query);
  const section = page.getByRole('region', { name: /^The paper's figures/ });
  await section.scrollIntoViewIfNeeded();
  const figure = (n: number) => section.getByRole('figure', { name: `Figure ${n}`, exact: true });
  await expect(figure(4)).toContainText('Recorded on Moby-Dick');
  await expect(section.getByRole('button', { name: 'Train seeds 2, 3 too' })).toBeDisabled();

  await button(page, 'Train').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBeGreaterThan(10);
  await button(page, 'Pause').click();
  const step = await settled(page);
  for (const n of [2, 3, 4]) await expect(figure(n)).toContainText('Measured in this page');
  await expect(figure(2)).toContainText('One seed only');
  await expect(figure(4)).toContainText(`seed 1 · ${step} steps of 128 tokens`);

  await section.getByRole('button', { name: 'Train seeds 2, 3 too' }).click();
  await expect(section.getByText(`All of them are at step ${step}`)).toBeVisible({
    timeout: READY_MS,
  });
  await expect(figure(4)).toContainText(`seeds 1, 2, 3 · ${step} steps`);
  await figure(2).getByRole('button', { name: 'Table', exact: true }).click();
  await expect(figure(2).locator('tbody tr').first().locator('td').nth(5)).toHaveText('3'); // seeds

  // A file holds the seeds too.
  const text = await downloaded(page, 'Save comparison');
  expect((JSON.parse(text) as { repeats: unknown[] }).repeats).toHaveLength(4);
  await race(page, 'layers=1');
  await page
    .getByLabel('Open comparison')
    .setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await section.scrollIntoViewIfNeeded();
  await expect(figure(4)).toContainText('Measured before, from a file');
  await expect(figure(4)).toContainText('seeds 1, 2, 3');

  await section.getByRole('radio', { name: 'recorded, longer' }).check();
  await expect(figure(4)).toContainText('Recorded on Moby-Dick');
});

test('the table of runs shows that it scrolls, and a run can be removed at any width and with any number of layers', async ({
  page,
}) => {
  await race(page, SMALL.replace('layers=2', 'layers=10'));
  const cue = page.locator('section.runs').getByText(/^The table continues to the right/);
  const table = page.getByRole('table', { name: 'Runs', exact: true });
  const box = page.locator('section.runs .scroll');
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const remove = button(page, 'Remove Grouped');
    await remove.scrollIntoViewIfNeeded();
    const [outer, inner] = [(await box.boundingBox())!, (await remove.boundingBox())!];
    expect(inner.x, `at ${width} px`).toBeGreaterThan(outer.x);
    expect(inner.x + inner.width, `at ${width} px`).toBeLessThanOrEqual(outer.x + outer.width);
    // A cut-off table says so, and one that fits says nothing.
    const beyond = () => box.evaluate((one) => one.scrollWidth - one.clientWidth);
    if (width === 1024) expect(await beyond()).toBeGreaterThan(1);
    if (width === 390) expect(await beyond()).toBeLessThanOrEqual(1);
    await expect(cue).toHaveCount((await beyond()) > 1 ? 1 : 0);
    // The button itself is under the pointer, not what scrolls below it.
    await remove.click({ trial: true });
  }
  await button(page, 'Remove Grouped').click();
  await expect(table.getByRole('button', { name: /^Remove / })).toHaveCount(3);
});

test('the prices fit at every width: as rows if there is room for them, otherwise as a card for each run', async ({
  page,
}) => {
  await visit(page, './#/compare?v=1');
  const prices = page.getByRole('table', { name: 'Prices' });
  await expect(prices).toContainText('100 %');
  for (const width of [320, 390, 480, 600, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = () =>
      prices.evaluate(({ parentElement: box }) => box!.scrollWidth - box!.clientWidth);
    await expect.poll(beyond, { message: `at ${width} px` }).toBeLessThanOrEqual(1);
    const names = prices.getByText('KV cache at 16,384, counted'); // in every card, in no row
    if (width === 390) await expect(names.first()).toBeVisible();
    if (width === 1440) await expect(names.first()).toBeHidden();
  }
});
