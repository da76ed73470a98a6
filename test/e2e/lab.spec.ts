/**
 * @file The main job on the built page: after Train the loss of real text falls and every layer is drawn. Tests that
 * depend on the backend also run with WebGPU.
 */
import { expect, test, type Page } from '@playwright/test';
import {
  BACKEND,
  button,
  darken,
  expectAccessible,
  expectNoOverflow,
  machine,
  numberOf,
  open,
  output,
  READY_MS,
  settled,
  watchForErrors,
  unfold,
} from './support';

watchForErrors();

/** How many different pixels a map has, and how many of them are ink. */
const inkOf = (page: Page, name: string) =>
  page.getByRole('img', { name, exact: true }).evaluate((element) => {
    const canvas = element.matches('canvas')
      ? (element as HTMLCanvasElement)
      : element.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    }
    return colours.size;
  });

test(
  'after Train the loss of real text falls by a fifth, and every layer is drawn',
  BACKEND,
  async ({ page }) => {
    // On WebGPU, which software computes here, a small model.
    await open(page, machine().name === 'WebGPU' ? 'context=32&batch=8' : '');
    await button(page, 'Train').click();
    await expect(output(page, 'Step count')).not.toHaveText(/^\D*0\D*$/, { timeout: 30_000 });
    await expect(output(page, 'Training loss')).toHaveText(/\d\.\d/);
    const first = 4.56; // ln 96: nothing learned yet
    await expect
      .poll(() => numberOf(page, 'Training loss'), { timeout: 120_000 })
      .toBeLessThan(0.8 * first);
    await expect(output(page, 'Validation loss')).toHaveText(/\d\.\d/);

    for (let layer = 1; layer <= 4; layer++) {
      for (let head = 1; head <= 4; head++) {
        const name = `Attention of layer ${layer}, head ${head}`;
        await expect.poll(() => inkOf(page, name), { message: name }).toBeGreaterThan(10);
      }
    }

    await button(page, 'Pause').click();
    await expect(button(page, 'Train')).toBeVisible();
    const paused = await settled(page);
    await page.waitForTimeout(1500);
    expect(await numberOf(page, 'Step count')).toBe(paused);

    await button(page, 'Step').click();
    await expect.poll(() => numberOf(page, 'Step count')).toBe(paused + 1);

    await button(page, 'Reset').click();
    await expect.poll(() => numberOf(page, 'Step count')).toBe(0);
  },
);

test('the meters show what the pure functions predict', async ({ page }) => {
  await open(
    page,
    'plan=custom&stripes=GSAS&context=32&window=5&chunk=4&layers=4&width=32&heads=2',
  );
  // Computed by hand from the definitions; test/spec checks the same functions against brute force.
  const [T, D, F, V, L] = [32, 32, 88, 96, 4];
  const pairs = { G: (T * (T + 1)) / 2, S: 15 + (T - 5) * 5, A: 0 };
  for (let q = 0; q < T; q++) {
    const s = 4 * Math.floor(Math.max(0, q - 4) / 4);
    pairs.A += q + 1 - s + s / 4;
  }
  const N = V * D + L * (4 * D * D + 3 * D * F);
  const needed = 6 * N + (12 * D * (pairs.G + 2 * pairs.S + pairs.A)) / T;
  const shown = `${(needed / 1000).toPrecision(3)} k`;
  await expect(output(page, 'FLOPs per token needed')).toContainText(
    needed >= 999_500 ? `${(needed / 1e6).toPrecision(3)} M` : shown,
  );
  await expect(output(page, 'FLOPs per token done')).toContainText(/\d/);

  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count')).toBe(1);
  const MiB = async (name: string) => {
    const text = await output(page, name).innerText();
    const [, digits, unit] = /([\d.]+)\s*(KiB|MiB)/.exec(text)!;
    return Number(digits) * (unit === 'MiB' ? 1024 : 1);
  };
  await expect(output(page, 'Memory measured')).toContainText(/iB/);
  const ratio = (await MiB('Memory measured')) / (await MiB('Memory predicted'));
  expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
});

test('a text said twice shows its second saying separately, and with the rest it adds up to the validation', async ({
  page,
}) => {
  const small = 'task=said-twice&window=8&layers=2&width=16&heads=2&batch=4';
  await open(page, `${small}&context=128`);
  await button(page, 'Step').click();
  const far = page.getByRole('region', { name: 'Far text' });
  await expect(far.getByText(/^Characters that need the far text: \d\.\d\d nats each/)).toBeVisible(
    {
      timeout: 60_000,
    },
  );
  await expect(far.getByText(/is 96 characters back; local layers alone see 15\./)).toBeVisible();
  const [own, rest] = await Promise.all(
    ['Second saying', 'The rest'].map(async (part) => ({
      loss: await numberOf(page, `${part}: loss`),
      perplexity: await numberOf(page, `${part}: perplexity`),
      characters: await numberOf(page, `${part}: characters`),
    })),
  );
  expect(own!.characters).toBeGreaterThan(100);
  expect(own!.characters + rest!.characters).toBe(4 * 4 * 128); // batches, sequences, characters
  expect(own!.perplexity).toBeCloseTo(Math.exp(own!.loss), 0);
  const mean =
    (own!.loss * own!.characters + rest!.loss * rest!.characters) /
    (own!.characters + rest!.characters);
  expect(mean).toBeCloseTo(await numberOf(page, 'Validation loss'), 2);
  await unfold(far.getByText('Which characters are these?'));
  await expect(far.getByText(/^Characters of a passage said again/)).toBeVisible();
  await unfold(far.getByText('Look at other characters'));
  await expect(output(page, 'Far copies: characters')).toHaveText(/^(none|[\d,]+)$/);
  await expectAccessible(page);
  await expectNoOverflow(page, 390);

  await open(page, `${small}&context=64`);
  await button(page, 'Step').click();
  await expect(
    far.getByText(
      /: none of the 1,024 characters scored\. .* 96 characters back, outside a context of 64\.$/,
    ),
  ).toBeVisible({ timeout: 60_000 });
});

test('a reload restores the settings from the URL', async ({ page }) => {
  await open(page, 'plan=local&window=7&layers=3&seed=42');
  await page.reload();
  await expect(button(page, 'Train')).toBeEnabled({ timeout: READY_MS });
  await expect.poll(() => page.url()).toContain('plan=local');
  await expect.poll(() => page.url()).toContain('window=7');
  await expect.poll(() => page.url()).toContain('layers=3');
  await expect.poll(() => page.url()).toContain('seed=42');
  await expect(page.getByRole('img', { name: /^Attention of layer 3, head 1$/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Attention of layer 4, head 1$/ })).toHaveCount(0);
});

test('a garbled URL opens a working Lab, which says what it corrected', async ({ page }) => {
  await open(
    page,
    'window=0&layers=-1e9&plan=<img src=x onerror=alert(1)>&colour=red&heads=NaN&%E0%A4%A',
  );
  await expect(page.getByText(/is not a setting/)).toBeVisible();
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
});

test('the page has no serious accessibility fault, in light and dark', async ({ page }) => {
  await open(page);
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
  await expectAccessible(page);
  await darken(page);
  await expectAccessible(page);
});

test('nothing that opens in the settings makes them wider than their column', async ({ page }) => {
  await open(page, 'lab');
  const settings = page.getByRole('complementary', { name: 'Settings' });
  const overflow = () => settings.evaluate((one) => one.scrollWidth - one.clientWidth);
  const texts = settings.getByLabel('Text or task');
  const ids = await texts
    .locator('option')
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  expect(ids.length).toBeGreaterThan(10);
  for (const id of ids) {
    await texts.selectOption(id);
    await settings.locator('details').evaluateAll((all) => {
      for (const one of all) (one as HTMLDetailsElement).open = true;
    });
    expect(await overflow(), id).toBe(0);
  }
});
