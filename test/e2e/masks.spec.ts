/** @file The mask workbench on the built page: terms, paint, keyboard, zoom at 16,384 tokens, exported files. */
import { expect, test, type Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  ALONE,
  button,
  darken,
  expectAccessible,
  expectNoOverflow,
  expectWithin,
  output,
  READY_MS,
  visit,
  watchForErrors,
  unfold,
} from './support';

watchForErrors();

async function open(page: Page, query = ''): Promise<void> {
  await visit(page, `./#/masks${query ? `?v=1&${query}` : ''}`);
  await expect(output(page, 'Visible pairs')).toContainText(/\d/);
}
const terms = (page: Page) => page.getByLabel('Mask by terms', { exact: true });
const cell = (page: Page) => page.getByRole('slider', { name: 'Cell of the mask' });

test('a mask by terms is drawn and counted, a switch and a number change it, and an invalid one says why', async ({
  page,
}) => {
  await open(page);
  await expect(output(page, 'Visible pairs')).toContainText('122'); // 4 · 32 - 6
  await page.getByLabel('W of window(4)', { exact: true }).fill('8');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toHaveValue('causal & window(8)');
  await expect(output(page, 'Visible pairs')).toContainText('228');
  await page.getByLabel('Use window(8)', { exact: true }).uncheck();
  await expect(terms(page)).toHaveValue('causal & ~window(8)');
  await expect(output(page, 'Visible pairs')).toContainText('528');
  await terms(page).fill('causal & windy(3)');
  await expect(
    page.getByText(/the mask has 'windy' at character 10; the terms are causal/),
  ).toBeVisible();
  await expect(output(page, 'Visible pairs')).toContainText('528'); // unchanged
  await page.getByLabel('Add a term').selectOption('and chunk');
  await expect(terms(page)).toHaveValue('causal & ~window(8) & chunk(4)');
});

test('with the keyboard alone a cell is chosen and explained, and a rectangle is painted, undone, and kept in the link', async ({
  page,
}) => {
  await open(page);
  await cell(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await expect(cell(page)).toHaveAttribute(
    'aria-valuetext',
    /^query 30 reads 4 of 32 keys: 27 to 30; key 31 is blocked$/,
  );
  await expect(page.getByText('Key 31 is blocked: causal.')).toBeVisible();
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/reads 5 of 32 keys: 26 to 29, 31/)).toBeVisible();
  await expect(page.getByText('Key 31 may be read: painted by hand.')).toBeVisible();
  await expect.poll(() => page.url()).toContain('paint=0:t.v.2.1');
  const url = page.url();
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/reads 4 of 32 keys/)).toBeVisible();
  await expect.poll(() => page.url()).not.toContain('paint=');
  await visit(page, url);
  await expect(output(page, 'Visible pairs')).toContainText('124');
  await expect(button(page, 'Clear paint')).toBeVisible();
});

test('the mouse paints, and a second mask shows where the two differ', async ({ page }) => {
  await open(page);
  await button(page, 'Open').click();
  const picture = page.getByRole('img', { name: 'Mask of layer 1' });
  const box = (await picture.boundingBox())!;
  const at = (index: number) => ((index + 0.5) / 32) * box.width;
  await page.mouse.move(box.x + at(20), box.y + at(2));
  await page.mouse.down();
  await page.mouse.move(box.x + at(21), box.y + at(4), { steps: 3 });
  await page.mouse.up();
  await expect(output(page, 'Visible pairs')).toContainText('128'); // three rows of two
  await page.getByLabel('Compare with', { exact: true }).fill('causal & window(5)');
  await expect(output(page, 'Difference')).toContainText('34 cells differ, first query 2, key 20.');
  await expect(output(page, 'Difference')).toContainText('only here 6');
  await expect(output(page, 'Difference')).toContainText('only there 28');
});

test(
  'a mask of 16,384 tokens opens, pans and zooms without a task over 100 ms',
  ALONE,
  async ({ page }) => {
    await page.addInitScript(() => {
      const long: number[] = [];
      (globalThis as { long?: number[] }).long = long;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) long.push(duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    const longestTask = async () => {
      // Once for the page itself, small: only the mask is to be measured.
      await open(page);
      await page.evaluate(() => ((globalThis as unknown as { long: number[] }).long.length = 0));
      await page.getByRole('textbox', { name: 'T', exact: true }).fill('16,384');
      await page.keyboard.press('Enter');
      await expect(output(page, 'Visible pairs')).toContainText('65,530'); // 4 · 16,384 - 6
      await terms(page).fill('causal & (window(512) | sink(64))');
      await expect(output(page, 'Visible pairs')).toContainText('9,271,584');
      await cell(page).focus();
      for (const key of ['+', '+', '+', '+', 'PageDown', 'ArrowRight', '-', '-', '0', 'Home'])
        await page.keyboard.press(key);
      const picture = (await page.getByRole('img', { name: 'Mask of layer 1' }).boundingBox())!;
      await page.mouse.move(picture.x + 200, picture.y + 200);
      for (const delta of [-400, -400, -400, 200]) await page.mouse.wheel(0, delta);
      await page.mouse.down();
      await page.mouse.move(picture.x + 260, picture.y + 330, { steps: 12 });
      await page.mouse.up();
      await page.waitForTimeout(1000);
      return page.evaluate(() =>
        Math.max(0, ...(globalThis as unknown as { long: number[] }).long),
      );
    };
    await expectWithin(100, longestTask, 'the longest task');
  },
);

test('exported files of a mask can be read again', async ({ page }) => {
  await open(page, 'T=24&layer=causal%20%26%20window(3)');
  const saved = async (name: string) => {
    const [file] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const npy = await saved('.npy');
  expect(npy.name).toBe('zebra-mask-24.npy');
  const cells = npy.bytes.subarray(npy.bytes.length - 24 * 24);
  expect(cells.reduce((a, b) => a + b, 0)).toBe(3 * 24 - 3);
  const json = JSON.parse((await saved('JSON')).bytes.toString()) as { layers: { mask: string }[] };
  expect(json.layers[0]!.mask).toBe('causal & window(3)');
  expect((await saved('SVG')).bytes.toString()).toMatch(/^<svg .*<title>causal &#38; window\(3\)/);
  const png = await saved('PNG');
  expect([...png.bytes.subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
  expect(png.bytes.readUInt32BE(16)).toBe(24);
});

test('a stack says what a query depends on, and what the caches hold', async ({ page }) => {
  await open(page);
  await page.getByLabel('Start from').selectOption('zebra');
  await expect(page.getByRole('list', { name: 'Layers' }).getByRole('listitem')).toHaveCount(4);
  await expect(output(page, 'KV cache')).toContainText('100'); // 2 · 32 + 6 · 6
  await cell(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await expect(page.getByText('Key 0 reaches it after 1 layer.')).toBeVisible();
  await page.getByLabel('Start from').selectOption('window');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await cell(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await expect(
    page.getByText('Query 31 depends on 7 of 32 tokens through these 2 layers: 25 to 31.'),
  ).toBeVisible();
  await expect(page.getByText('Key 0 never reaches it.')).toBeVisible();
});

test('foreign masks are opened, recognised and compared with the intended ones; files without a mask are refused', async ({
  page,
}) => {
  await open(page);
  const file = (name: string, buffer: Buffer) =>
    page.getByLabel('Open a mask or config').setInputFiles({ name, mimeType: '', buffer });
  // With polarity flipped, and a window one too long from query 9 on.
  const T = 24;
  const rows = Array.from({ length: T }, (_, q) =>
    Array.from({ length: T }, (_, k) => (k <= q && q - k < (q < 9 ? 4 : 5) ? 0 : 1)).join(' '),
  );
  await file('mask.txt', Buffer.from(rows.join('\n')));
  await expect(
    page.getByText(
      /^Nearest is a causal window of 5, .*first query 4, key 0\. Its 1 means "blocked"/,
    ),
  ).toBeVisible();
  await expect(output(page, 'Keys per query')).toContainText('1 to 5');
  await page.getByLabel('Compare with', { exact: true }).fill('causal & window(4)');
  await expect(
    page.getByRole('list', { name: 'Findings' }).getByRole('listitem').first(),
  ).toContainText('L5');

  await file('broken.npy', Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 255, 255, 0, 0]));
  await expect(page.getByText(/Not opened: the header of the \.npy says/)).toBeVisible();
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['1 0\n1 1\n1'], 'ragged.txt'));
    dispatchEvent(
      new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  });
  await expect(page.getByText(/Not opened: row 2 has 1 cells; row 0 has 2/)).toBeVisible();
  await expect(output(page, 'Keys per query')).toContainText('1 to 5'); // unchanged

  const floats = new Float32Array(2 * 3 * 8 * 8);
  for (let i = 0; i < floats.length; i++) {
    const [head, q, k] = [Math.floor(i / 64) % 3, Math.floor(i / 8) % 8, i % 8];
    floats[i] = k <= q && q - k <= head ? 0 : -Infinity;
  }
  const dict =
    `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 8, 8), }`.padEnd(117) + '\n';
  await file(
    'heads.npy',
    Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
      Buffer.from(dict),
      Buffer.from(floats.buffer),
    ]),
  );
  await expect(page.getByText(/^This is a causal window of 1/)).toBeVisible();
  await page.getByLabel('head', { exact: true }).fill('2');
  await page.keyboard.press('Enter');
  await expect(
    page.getByText('This is a causal window of 3, itself included: the query and 2 before.'),
  ).toBeVisible();
  await expect(page.getByRole('list', { name: 'Findings' })).toContainText(
    '4 planes are wrong if meant as the others, listed above.',
  );
});

/** A boolean .npy as NumPy writes it. */
function booleans(T: number, rule: (q: number, k: number) => boolean): Buffer {
  const dict =
    `{'descr': '|b1', 'fortran_order': False, 'shape': (${T}, ${T}), }`.padEnd(117) + '\n';
  const cells = Array.from({ length: T * T }, (_, i) => +rule(Math.floor(i / T), i % T));
  return Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(dict), ...cells]);
}

test('several files make a stack, lists of tokens the mask they imply, weights are drawn, and a wrong cell leads to its cause', async ({
  page,
}) => {
  await open(page);
  const input = page.getByLabel('Open a mask or config');
  const findings = page.getByRole('list', { name: 'Findings' });
  const layer = (i: number, window: number) => ({
    name: `layer_${i}.npy`,
    mimeType: '',
    buffer: booleans(16, (q, k) => k <= q && q - k < window),
  });
  await input.setInputFiles([layer(0, 4), layer(1, 4), layer(2, 4)]);
  await expect(page.getByText(/^All 3 layers are the same mask, cell by cell\./)).toBeVisible();
  await page.getByLabel('Compare with', { exact: true }).fill('2*causal & window(4); causal');
  await expect(findings.getByRole('listitem').first()).toContainText(
    'Layer 3: This layer was declared with no window and shows a window of 4',
  );
  // A fault that all layers share is one finding, with a link to each layer.
  await page.getByLabel('Compare with', { exact: true }).fill('3*causal & window(3)');
  await expect(findings.getByRole('listitem').first()).toContainText('Layers 1, 2 and 3: Query 3');
  await button(page, 'Layer 2').click();
  await expect(page.getByText('query 3 reads 4 of 16 keys: 0 to 3')).toBeVisible();

  await input.setInputFiles({
    name: 'batch.json',
    mimeType: '',
    buffer: Buffer.from('{"attention_mask": [[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]]}'),
  });
  await expect(terms(page)).toHaveValue('causal & !padding(2, 0)');
  await page.getByLabel('an encoder: tokens read both ways').check();
  await expect(terms(page)).toHaveValue('!padding(2, 0)');
  await page.getByLabel('text', { exact: true }).fill('1');
  await page.keyboard.press('Enter');
  await expect(terms(page)).toHaveValue('causal | ahead(1)');

  const T = 32;
  const weights = Float32Array.from({ length: T * T }, (_, i) =>
    i % T <= Math.floor(i / T) ? 1 / (Math.floor(i / T) + 1) : 0,
  );
  const dict =
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${T}, ${T}), }`.padEnd(117) + '\n';
  await input.setInputFiles({
    name: 'weights.npy',
    mimeType: '',
    buffer: Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
      Buffer.from(dict),
      Buffer.from(weights.buffer),
    ]),
  });
  await expect(page.getByText(/^These are attention weights/)).toBeVisible();
  const drawn = page.getByRole('button', { name: 'Weights', exact: true });
  await expect(drawn).toHaveAttribute('aria-pressed', 'true');
  await drawn.click();
  await expect(drawn).toHaveAttribute('aria-pressed', 'false');
  await expect(terms(page)).toHaveValue('causal');

  // One wrong cell: found, opened, explained, repaired.
  await input.setInputFiles({
    name: 'one.npy',
    mimeType: '',
    buffer: booleans(40, (q, k) => k <= q && q - k < 8 && !(q === 30 && k === 25)),
  });
  await expect(findings).toContainText('Query 30 does not read key 25');
  await button(page, 'query 30, key 25').click();
  await expect(page.getByText('should be let through by')).toBeVisible();
  await expectAccessible(page);
  await button(page, 'Repair it here').click();
  await expect(findings).toContainText('No findings');

  // Facts that no cell shows.
  await unfold(page.getByText('Known in addition to the mask'));
  await page.getByRole('spinbutton', { name: /^Cache/ }).fill('6');
  await page.keyboard.press('Enter');
  await expect(findings).toContainText('which the cache has dropped');
});

test('every array of a file is checked, one without findings does not clear the others, and a window of 33 is questioned', async ({
  page,
}) => {
  await open(page);
  const input = page.getByLabel('Open a mask or config');
  const findings = page.getByRole('list', { name: 'Findings' });
  const local = booleans(48, (q, k) => k <= q && q - k < 8);
  const zipped = zipSync({ 'local.npy': local, 'all.npy': booleans(48, () => true) });
  await input.setInputFiles({ name: 'two.npz', mimeType: '', buffer: Buffer.from(zipped) });
  const arrays = page.getByRole('status', { name: 'All arrays' });
  await expect(arrays).toContainText('All 2 arrays were looked at.');
  await expect(arrays).toContainText('causal & window(8)');
  await expect(findings).toContainText('No findings in any of the 2 arrays');

  const leaks = booleans(48, (q, k) => k <= q || (q === 3 && k === 20));
  const wrong = zipSync({ 'local.npy': local, 'wrong.npy': leaks });
  await input.setInputFiles({ name: 'wrong.npz', mimeType: '', buffer: Buffer.from(wrong) });
  await expect(findings).toContainText('1 array of the file has findings, listed above.');
  await expect(findings).not.toContainText('No findings');
  await expectAccessible(page);
  await button(page, 'Show wrong').click();
  await expect(findings).toContainText('Query 3 can read key 20');
  await input.setInputFiles({
    name: 'window.npy',
    mimeType: '',
    buffer: booleans(48, (q, k) => k <= q && q - k < 33),
  });
  await expect(findings).toContainText(
    'from position 32 on a token reads one key more than with 32',
  );
  await expect(findings).toContainText('No findings but for the question above.');
});

test('a boolean mask in which True blocks is recognised, can be read the other way, and contradicts a library that reads it', async ({
  page,
}) => {
  await open(page);
  const T = 12;
  const findings = page.getByRole('list', { name: 'Findings' });
  const pairs = output(page, 'Visible pairs');
  const means = page.getByRole('group', { name: 'In this file, 1 means' });
  await expect(means).toHaveCount(0);
  await page
    .getByLabel('Open a mask or config')
    .setInputFiles({ name: 'm.npy', mimeType: '', buffer: booleans(T, (q, k) => k > q) });
  await expect(findings).toContainText(
    '1 means "blocked" in this file: the diagonal is 0 in all 12 rows',
  );
  await expect(findings.getByRole('listitem').last()).toContainText('No findings');
  await expect(pairs).toContainText('78'); // 12 · 13 / 2
  await expect(means.getByLabel('decide for me')).toBeChecked();

  // With the keyboard: up from the last choice to "blocked", and on to "may read".
  await means.getByLabel('decide for me').focus();
  await page.keyboard.press('ArrowUp');
  await expect(findings).toContainText('1 means "blocked" in this file: you said so.');
  await page.keyboard.press('ArrowUp');
  await expect(means.getByLabel('may read')).toBeFocused();
  await expect(findings).toContainText('1 means "may read" in this file: you said so.');
  await expect(findings).not.toContainText('No findings');
  await expect(pairs).toContainText('66'); // 12 · 11 / 2
  await button(page, 'Undo').click();
  await expect(means.getByLabel('blocked')).toBeChecked();
  await expect(pairs).toContainText('78');

  await means.getByLabel('decide for me').check();
  await page.getByLabel('Compare with', { exact: true }).fill('causal');
  const meant = page.getByLabel('Meant for');
  await meant.selectOption({ label: 'scaled_dot_product_attention (True = may read)' });
  const wrong = findings.getByRole('listitem').filter({ hasText: 'L6' });
  await expect(wrong).toContainText('scaled_dot_product_attention, which it is meant for, reads 1');
  await expect(findings.getByText('Note', { exact: true })).toHaveCount(0);
  await expect(page.getByLabel('Compare with', { exact: true })).toHaveValue('causal');
  await page.evaluate(() => scrollTo(0, 0)); // no button is under the header by chance
  await expectAccessible(page);
  await meant.selectOption({ label: 'nn.MultiheadAttention (True = blocked)' });
  await expect(wrong).toHaveCount(0);
  await expect(findings).toContainText('1 means "blocked" in this file');

  // If the cells do not tell the polarity, the lints judged a guess: the page says that first, and gives no all-clear.
  await page
    .getByLabel('Open a mask or config')
    .setInputFiles({ name: 'all.npy', mimeType: '', buffer: booleans(T, () => true) });
  const last = findings.getByRole('listitem').last();
  await expect(last).toContainText('First settle below what 1 means in this file.');
  await expect(findings).not.toContainText('No findings');
  await means.getByLabel('may read').check();
  await expect(last).toContainText('No findings');

  // It says nothing about another mask.
  await page.getByLabel('Start from').selectOption('zebra');
  await expect(means).toHaveCount(0);
  await expect(findings).not.toContainText('in this file');
});

test('a config of Gemma 3 1B gives 26 layers, every sixth of them global, and its cache costs what the formula says', async ({
  page,
}) => {
  await open(page);
  await page
    .getByLabel('Open a mask or config')
    .setInputFiles('test/fixtures/configs/gemma-3-1b.json');
  await expect(page.getByText(/26 layers, shown at 2,048 tokens/)).toBeVisible();
  const items = page.getByRole('list', { name: 'Layers' }).getByRole('listitem');
  await expect(items).toHaveCount(9); // 4 × (5 local, 1 global), 2 local
  await expect(items.nth(0)).toContainText('Layers 1 to 5');
  await expect(items.nth(0)).toContainText('causal & window(512)');
  for (const [at, layer] of [
    [1, 6],
    [3, 12],
    [5, 18],
    [7, 24],
  ] as const) {
    await expect(items.nth(at)).toContainText(new RegExp(`Layer ${layer}\\s+causal\\s*$`));
  }
  // 2 (keys, values) · 1 head · 256 · 2 bytes · (4 global · 32,768 + 22 local · 512)
  await expect(output(page, 'KV cache')).toContainText(
    (2 * 256 * 2 * (4 * 32_768 + 22 * 512)).toLocaleString('en-US'),
  );
  // Between two steps a cache keeps 511 tokens for a window of 512.
  await expect(output(page, 'KV cache')).toContainText(
    `Between two steps ${(2 * 256 * 2 * (4 * 32_768 + 22 * 511)).toLocaleString('en-US')} bytes`,
  );
  await expect(page.getByRole('list', { name: 'Findings' })).toContainText('No findings');
  const config = page.getByLabel('Open a mask or config');
  await config.setInputFiles({
    name: 'config.json',
    mimeType: '',
    buffer: Buffer.from('{"model_type":"gemma3_text","num_hidden_layers":-3}'),
  });
  await expect(page.getByText(/Not opened: .*num_hidden_layers/)).toBeVisible();
  await expect(items).toHaveCount(9);
});

test('a config whose layers differ shows what each kind reads and keeps, and hatches layers that keep a state', async ({
  page,
}) => {
  await open(page);
  const file = page.getByLabel('Open a mask or config');
  await file.setInputFiles('test/fixtures/configCases/gemma-4-31b.json');
  const kinds = page.getByRole('table', { name: 'Kinds of layers' });
  const rows = kinds.getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText('50 × sliding_attention');
  await expect(rows.nth(1)).toContainText('16 × 2 × 256');
  await expect(rows.nth(2)).toContainText('4 × 2 × 512');
  await page.getByLabel('Tokens the cache is priced at').fill('131072');
  await page.keyboard.press('Tab');
  await expect(output(page, 'KV cache')).toContainText('11,576,279,040');

  await file.setInputFiles({
    name: 'config.json',
    mimeType: '',
    buffer: Buffer.from('{"model_type":"qwen3_next","num_hidden_layers":8}'),
  });
  await expect(rows.nth(1)).toContainText('6 × linear_attention');
  await expect(rows.nth(1)).toContainText('a state of 557,056');
  // 6 layers · (4 · (2 · 16 + 32) · 128 of a convolution + 32 · 128 · 128) · 2 bytes
  await expect(output(page, 'KV cache')).toContainText(
    'States besides: 6.38 MiB for each sequence',
  );
  const layers = page.getByRole('list', { name: 'Layers' }).getByRole('listitem');
  await expect(layers).toHaveCount(4);
  await expect(layers.nth(0)).toContainText('a state, of causal');
  await expect(page.getByText('this layer reads no keys.')).toBeVisible();
  await layers.nth(1).getByRole('button').click();
  await expect(page.getByText('this layer reads no keys.')).toHaveCount(0);
  await expectAccessible(page);

  await file.setInputFiles({
    name: 'config.json',
    mimeType: '',
    buffer: Buffer.from(
      '{"model_type":"gemma5_text","num_hidden_layers":6,"num_attention_heads":8,"hidden_size":64}',
    ),
  });
  await expect(page.getByText(/Not sure: model_type is "gemma5_text"/)).toBeVisible();

  await unfold(page.getByText('Which configs', { exact: true }));
  await expect(page.getByRole('table', { name: 'Which configs can be opened' })).toContainText(
    'model types of transformers',
  );
  await page.getByLabel('Model type').fill('whisper');
  await expect(page.getByText(/whisper opens: its decoder, or the part you choose/)).toBeVisible();
  await page.getByLabel('Model type').fill('kimi_k2');
  await expect(page.getByText('kimi_k2 opens: its config is that of deepseek_v3.')).toBeVisible();
});

test('a config with an encoder and a decoder opens as the decoder; the part can be chosen, and cross-attention is a rectangle', async ({
  page,
}) => {
  await visit(page, './#/masks');
  await page.getByLabel('Open a mask or config').setInputFiles({
    name: 'config.json',
    mimeType: '',
    buffer: Buffer.from('{"model_type":"whisper","decoder_layers":2,"encoder_layers":6}'),
  });
  await expect(page.getByText(/this is the decoder reading its own tokens/)).toBeVisible();
  await expect(page.getByText('2 × full_attention')).toBeVisible();
  const part = page.getByLabel('Part', { exact: true });
  await part.selectOption('Decoder, reading the source');
  await expect(page.getByText('2 × cross_attention')).toBeVisible();
  await expect(page).toHaveURL(/T=48&queries=64&layer=2\*/);
  await expect(output(page, 'Visible pairs')).toContainText('3,072');
  await part.selectOption('Encoder');
  await expect(page.getByText('6 × full_attention')).toBeVisible();
  await page.getByRole('button', { name: 'Plan its memory' }).click();
  await expect(page.getByRole('status', { name: 'Finding' })).toContainText('The encoder of');
});

/** For the id of each bug, the lint that catches it, as its file says. */
function lintsOfZoo(): Readonly<Record<string, string>> {
  const folder = 'src/masks/zoo';
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const source = readFileSync(`${folder}/${name}`, 'utf8');
      const [id, lint] = [/^ {2}id: '(.+)',$/m, /^ {2}lint: '(L\d+)',$/m].map(
        (line) => line.exec(source)?.[1],
      );
      if (!id || !lint)
        throw new Error(`${name} does not say its id and its lint on lines of their own`);
      return [id, lint];
    }),
  );
}

test('every bug of the zoo is shown and caught by its own lint', async ({ page }) => {
  await open(page);
  const choice = page.getByLabel('Bug zoo', { exact: true });
  const bugs = await choice
    .locator('option:not([disabled])')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  const lints = lintsOfZoo();
  expect(bugs.toSorted()).toEqual(Object.keys(lints).toSorted());
  expect(bugs).toHaveLength(18);
  const findings = page.getByRole('list', { name: 'Findings' });
  for (const bug of bugs) {
    // Two bugs in a row may share a lint, so a finding of the first must not pass for one of the second.
    const before = await findings.innerText();
    await choice.selectOption(bug);
    await expect(findings, bug).not.toHaveText(before, { useInnerText: true });
    await expect(findings.locator('li > b').getByText(lints[bug]!, { exact: true })).toBeVisible();
    await expect(findings).toHaveAttribute('aria-busy', 'false');
    await expect(output(page, 'Visible pairs')).toContainText(/\d/);
  }
  // After the repair nothing is found.
  await button(page, 'Clear paint').click();
  await expect(findings).toContainText('No findings');
});

test('masks are exported as code, in a chosen format, with its convention in words', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'T=32&layer=causal&layer=3*causal%20%26%20window(6)&at=2');
  const code = page.getByLabel('Code', { exact: true }).locator('code');
  await page.getByLabel('Format').selectOption({ label: 'PyTorch FlexAttention' });
  await expect(code).toContainText('def mask_2(b, h, q_idx, kv_idx)');
  await expect(code).toContainText('itself + 5 before');
  await expect(code).toContainText('assert');
  await button(page, 'Copy code').click();
  await expect(page.getByText('Copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await code.innerText());
  const formats = await page.getByLabel('Format').locator('option').allInnerTexts();
  expect(formats.length).toBeGreaterThanOrEqual(6);
  for (const label of formats) {
    await page.getByLabel('Format').selectOption({ label });
    await expect(page.getByText(/Not possible/).or(code)).toBeVisible();
  }
});

test('a model is probed: no output before the changed token moves', async ({ page }) => {
  await open(page);
  await button(page, 'Change it').click();
  await expect(
    page.getByText('Token 12 was changed; outputs moved at 12 to 31. None before it'),
  ).toBeVisible({
    timeout: READY_MS,
  });
});

test('the page has no serious accessibility fault in light and dark, and fits a small phone', async ({
  page,
}) => {
  await open(page, 'T=24&layer=causal%20%26%20(window(3)%20%7C%20sink(2))&layer=causal');
  await cell(page).focus();
  await page.keyboard.press('ArrowUp');
  await expectAccessible(page);
  await darken(page);
  await expectAccessible(page);
  for (const width of [320, 768, 1440]) {
    await expectNoOverflow(page, width);
  }
});
