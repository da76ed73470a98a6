/**
 * @file A capture of the Python package on the masks page: steps, texts, heads, what is wrong in them, and the weights.
 * The file (scripts/python/capture-fixture.py) is of six layers of Gemma 3 with a window of 6; the fifth reads 7 keys.
 */
import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { captureOf } from '../masks/captureFiles';
import {
  ALONE,
  expectAccessible,
  expectNoOverflow,
  visit,
  watchForErrors,
  unfold,
} from './support';

watchForErrors();

const FILE = 'test/fixtures/capture/hybrid.zip';

async function open(page: Page): Promise<void> {
  await visit(page, './#/masks');
  await page.getByLabel('Open a mask or config').setInputFiles(FILE);
  await expect(
    page.getByRole('heading', { name: /^Captured from Gemma3ForCausalLM/ }),
  ).toBeVisible();
  await expect(page.getByLabel('All steps')).toContainText(
    'Every layer of every step was checked.',
  );
}
const terms = (page: Page) => page.getByLabel('Mask by terms', { exact: true });
const pick = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });
const weights = (page: Page) => page.getByRole('region', { name: /^Weights of layer/ });

test('a fault in one layer is listed, and shown at its cell with the texts of its tokens', async ({
  page,
}) => {
  await open(page);
  const shows = page.getByRole('button', { name: /^Show prefill/ });
  await expect(shows).toHaveCount(2);
  await page.getByRole('button', { name: 'Show prefill, text 1' }).click();
  await expect(terms(page)).toHaveValue('causal & window(7) & !padding(8, 0)');
  await expect(weights(page)).toContainText('Query 14 “what”, key 8 “A”: weight 0.');
  await expect(weights(page)).toContainText('Saved in 255 steps');
  await expect(page.getByRole('region', { name: 'Findings' })).toContainText(
    'Query 14 reads 7 keys, from 8 to itself, where a window of 6 has no more than 6.',
  );
});

test('another step keeps the layer, and another head changes the weights alone', async ({
  page,
}) => {
  await open(page);
  await page.getByRole('button', { name: /^Layers 1 to 4/ }).click();
  await page.getByRole('slider', { name: 'Cell of the mask' }).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  const says = weights(page).getByRole('status');
  await expect(says).toContainText(/weight 0\.\d+/);
  const before = await says.innerText();
  await pick(page, 'Head').selectOption('1');
  await expect(weights(page)).toContainText(/Weights of layer 1, head 1/i);
  await expect(says).not.toHaveText(before);
  await expect(says).toContainText(/weight 0\.\d+/);
  await pick(page, 'Step').selectOption({ label: 'decode 2' });
  await expect(terms(page)).toHaveValue('causal & window(6)');
  await expect(pick(page, 'Head')).toHaveValue('1');
  await page.getByRole('button', { name: /^Layer 6/ }).click();
  await expect(terms(page)).toHaveValue('causal');
  await expect(weights(page)).toContainText(/Weights of layer 6, head 1/i);
});

test('undo goes back to what was open before, and the capture returns', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('The mask below was changed, or is another one.')).toBeVisible();
  await expect(weights(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(weights(page)).toBeVisible();
});

test('a capture that is cut short or has a companion is one sentence', async ({ page }) => {
  await visit(page, './#/masks');
  const input = page.getByLabel('Open a mask or config');
  const buffer = readFileSync(FILE);
  const file = (name: string, bytes: Buffer) => ({
    name,
    mimeType: 'application/zip',
    buffer: bytes,
  });
  await input.setInputFiles([file('a.zip', buffer), file('b.zip', buffer)]);
  await expect(page.getByText('a.zip is a capture, which is opened by itself')).toBeVisible();
  const broken = Buffer.from(buffer);
  broken.fill(7, 60, 400);
  await input.setInputFiles(file('broken.zip', broken));
  await expect(page.getByText(/^Not opened: the archive cannot be unpacked/)).toBeVisible();
});

test('all of it fits on a phone and is accessible, by keyboard alone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, './#/masks');
  await unfold(page.getByText('Mask, files, layers'));
  await page.getByLabel('Open a mask or config').setInputFiles(FILE);
  await expect(page.getByLabel('All steps')).toContainText('Something is wrong in:');
  await expect(weights(page)).toBeVisible();
  await expectNoOverflow(page, 390);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Show prefill, text 0' }).focus();
  await page.keyboard.press('Enter');
  await expect(weights(page)).toContainText('Query 6');
  await pick(page, 'Step').focus();
  await page.keyboard.press('ArrowDown');
  await expect(terms(page)).toHaveValue('causal & window(6)');
});

test(
  '128 layers of 8,192 tokens open and are checked while the page stays free',
  ALONE,
  async ({ page }) => {
    const T = 8192;
    const mask = (window: number) => ({
      ...{ queries: T, keys: T },
      row: (q: number) => [Math.max(0, q + 1 - window), q + 1],
    });
    const [local, global] = [mask(512), mask(T)];
    const isGlobal = (layer: number) => layer % 6 === 5;
    const layers = Array.from({ length: 128 }, (_, layer) => layer);
    const config = {
      ...{ model_type: 'gemma3_text', num_hidden_layers: 128, hidden_size: 16, head_dim: 8 },
      ...{ num_attention_heads: 2, num_key_value_heads: 1, sliding_window: 512 },
      layer_types: layers.map((layer) =>
        isGlobal(layer) ? 'full_attention' : 'sliding_attention',
      ),
    };
    const steps = [layers.map((layer) => [isGlobal(layer) ? global : local])];
    await visit(page, './#/masks');
    await page.evaluate(() => {
      const seen: number[] = ((window as { tasks?: number[] }).tasks = []);
      new PerformanceObserver((list) =>
        list.getEntries().forEach(({ duration }) => seen.push(Math.round(duration))),
      ).observe({ type: 'longtask' });
    });
    await page.getByLabel('Open a mask or config').setInputFiles({
      ...{ name: 'large.zip', mimeType: 'application/zip' },
      buffer: Buffer.from(captureOf({ steps, config })),
    });
    await expect(page.getByLabel('All steps')).toContainText(
      'Every layer was checked: no findings.',
    );
    await expect(terms(page)).toHaveValue('causal & window(512)');
    const tasks = await page.evaluate(() => (window as { tasks?: number[] }).tasks);
    expect(tasks!.filter((ms) => ms > 200)).toEqual([]);
  },
);
