/**
 * @file The planner on the built page: used by keyboard and by file, answering in words, linkable, legible on narrow
 * pages.
 */
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, follow, output, visit, watchForErrors, unfold } from './support';

watchForErrors();

const finding = (page: Page) => page.getByRole('status', { name: 'Finding' });
const open = async (page: Page, query = '') => {
  await visit(page, `./#/planner?${query}`);
  await expect(finding(page).getByRole('heading')).toBeVisible();
};

test('a plan for 128k tokens, batch 8, in fp8 gives its answer, its knee and a link', async ({
  page,
}) => {
  await open(page);
  await page.getByLabel('Model', { exact: true }).selectOption('Gemma 3 27B');
  await page.getByLabel('Length', { exact: true }).fill('128k');
  await page.getByLabel('Length', { exact: true }).press('Enter');
  await page.getByLabel('Sequences', { exact: true }).fill('8');
  await page.getByLabel('Sequences', { exact: true }).press('Enter');
  await page.getByLabel('Cache in').selectOption('fp8');
  await expect(finding(page)).toContainText(
    'Gemma 3 27B keeps 41.6 GiB for 8 × 131,072 tokens in fp8.',
  );
  await expect(finding(page)).toContainText('52 of 62 layers read no more than 1,024 tokens');
  const cache = page.getByRole('img', { name: /^Cache/ });
  await expect(cache.getByText('1,024').first()).toBeVisible();
  await expect(output(page, 'Keys and values of Gemma 3 27B')).toHaveText('41.6 GiB');

  await expect.poll(() => page.url()).toContain('cache=fp8');
  const address = page.url();
  await visit(page, address);
  await expect(finding(page)).toContainText('41.6 GiB for 8 × 131,072 tokens in fp8');
});

test('the engine’s switches change what is reserved, and the table shows it for all engines at once', async ({
  page,
}) => {
  await open(page, 'model=gpt-oss-20b&T=8192&batch=32');
  const keys = output(page, 'Keys and values of gpt-oss 20B');
  await expect(keys).toHaveText('6.09 GiB');
  await page.getByLabel('Engine', { exact: true }).selectOption('vLLM, hybrid manager off');
  await expect(keys).toHaveText('12.0 GiB');
  await page.getByRole('button', { name: 'vLLM', exact: true }).click();
  await expect(keys).toHaveText('7.61 GiB');
  await unfold(page.getByText('Switches', { exact: true }));
  await page.getByLabel('Tokens per step').fill('1');
  await page.getByLabel('Tokens per step').press('Enter');
  await expect(page.getByLabel('Engine', { exact: true })).toHaveValue('');
  await expect.poll(() => page.url()).toContain('step=1');
});

test('a config is opened from a file, compared and explained; a broken one is refused', async ({
  page,
}) => {
  await open(page, 'model=llama-3.1-8b&T=32768');
  const config = {
    model_type: 'gemma3_text',
    _name_or_path: 'my-gemma',
    num_hidden_layers: 12,
    hidden_size: 640,
    intermediate_size: 2048,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 256,
    sliding_window: 512,
    vocab_size: 262144,
    torch_dtype: 'bfloat16',
  };
  await unfold(page.getByText('Your own config, or a type').nth(1));
  await page.getByLabel('Open a config as compared with').setInputFiles({
    name: 'config.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(config)),
  });
  await expect(finding(page)).toContainText(/my-gemma keeps .* and Llama 3\.1 8B 4\.00 GiB/);
  await expect.poll(() => page.url()).not.toContain('torch_dtype');

  const field = page.getByLabel('Config or model type as compared with');
  await field.fill('mamba');
  await page.getByRole('button', { name: 'Read it' }).click();
  await expect(page.getByRole('alert')).toContainText('Not opened: model_type is "mamba"');
  await expect(finding(page)).toContainText('my-gemma');
});

test('a length is read off the chart by dragging and with the keyboard', async ({ page }) => {
  await open(page, 'model=gemma-3-1b&T=32768');
  const slider = page.getByRole('slider', { name: 'Length, in doublings' });
  await slider.focus();
  await slider.press('ArrowRight');
  await expect(page.getByLabel('Length', { exact: true })).toHaveValue('38,968');
  const chart = page.getByRole('img', { name: /^Cache/ });
  const box = (await chart.boundingBox())!;
  await page.mouse.click(box.x + box.width / 3, box.y + box.height / 2);
  const T = await page.getByLabel('Length', { exact: true }).inputValue();
  expect(Number(T.replaceAll(',', ''))).toBeLessThan(8192);
});

test('a URL with an error still opens, and the page says what it corrected', async ({ page }) => {
  await open(page, 'model=gpt-9&T=-3&cache=fp8');
  await expect(
    page.getByText(/Corrected: no released model and no model type is called 'gpt-9'/),
  ).toBeVisible();
  await expect(page.getByText(/Corrected: T is '-3'/)).toBeVisible();
  await follow(page, '#/planner?model=qwen3-8b&T=1024');
  await expect(finding(page)).toContainText('Qwen3 8B keeps 144 MiB for 1,024 tokens');
});

test('a number out of range stays as typed, next to the value used instead', async ({ page }) => {
  await open(page, 'model=gemma-3-1b&T=32768');
  const field = page.getByLabel('Sequences', { exact: true });
  await field.fill('9999');
  await field.press('Enter');
  await expect(field).toHaveValue('9999');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(
    page.getByText('It should be a whole number from 1 to 4,096; 4,096 is used.'),
  ).toBeVisible();
  await expect.poll(() => page.url()).toContain('batch=4096');
  await field.fill('8');
  await field.press('Enter');
  await expect(field).toHaveAttribute('aria-invalid', 'false');
  await expect(finding(page)).toContainText('for 8 × 32,768 tokens');
});

test('an encoder and a decoder: the type in a link, what belongs to the source, and the other part', async ({
  page,
}) => {
  await open(page, 'model=whisper&T=448');
  await expect(finding(page)).toContainText('1,500 tokens that are read once');
  await page.getByLabel('Source, tokens').fill('300');
  await page.getByLabel('Source, tokens').press('Enter');
  await expect(finding(page)).toContainText('300 tokens that are read once');
  await page.getByLabel('Part', { exact: true }).selectOption('Encoder');
  await expect(finding(page)).toContainText('The encoder of Whisper reads a whole source at once');
  await expect.poll(() => page.url()).toMatch(/source=300.*part1=encoder/);
});

for (const [width, scheme] of [
  [1440, 'light'],
  [390, 'dark'],
] as const)
  test(`is accessible and fits ${width} pixels, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 844 });
    await open(page, 'model=gemma-4-31b&with=qwen3.6-27b&engine=vllm&T=65536');
    if (width < 1000) await unfold(page.getByText('Model, length, precision, engine'));
    await expectAccessible(page);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThanOrEqual(0);
  });
