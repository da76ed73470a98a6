/**
 * @file The site in other languages. A made-up one, longer and from right to left, shows what is in no message file and
 * what does not fit; German and Spanish are checked page by page.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { plainHost, type Host } from './hosts';
import { expectAccessible, expectNoOverflow, visit, watchForErrors } from './support';

watchForErrors();

const PAGES = [
  '', 'lessons/', 'lab/', 'compare/', 'figures/', 'generate/', 'masks/', 'planner/', 'teach/', 'class/', 'worksheet/',
  'test/', 'health/', 'lessons/00-play/', 'lessons/02-four-masks/', 'lessons/05-one-stripe/', 'lessons/09-the-cache/',
  'teach/03-reach/', 'worksheet/03-reach/',
]; // prettier-ignore

/** Names, units, abbreviations, terms of masks and signs, which are the same in every language. */
const SAME =
  /^(qps|QPS|English|Deutsch|Español|Zebra|Lab|WebGPU|WebAssembly|JavaScript|SIMD|IndexedDB|[KMGT]iB|[kMGTP]?FLOPs?|GFLOP|Moby-Dick|Hugging|Face|Gemma|PyTorch|JSON|CSV|PNG|SVG|[GSAM]{4,}|https?|config|causal)$/;

test.describe('a made-up language', () => {
  let host: Host;
  test.describe.configure({ mode: 'serial' });
  test.use({ locale: 'qps' });

  test.beforeAll(async () => {
    const over = join('node_modules/.cache/made-up', String(test.info().workerIndex));
    execFileSync(
      'npx',
      ['vite', 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', over],
      {
        env: { ...process.env, ZEBRA_LANGUAGE: 'qps' },
        stdio: 'pipe',
      },
    );
    host = await plainHost({ over });
  });
  test.afterAll(() => host.close());

  test('has a message for every word of every page, and a place for it', async ({ page }) => {
    const plain: Record<string, readonly string[]> = {};
    for (const path of PAGES) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await visit(page, at(host, `qps/${path}`));
      await expect(page.locator('h1').first()).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
      plain[path] = await plainWords(page);
      await expectNoOverflow(page, 1440);
      await expectNoOverflow(page, 390);
    }
    expect(plain).toEqual(Object.fromEntries(PAGES.map((path) => [path, []])));
  });
});

/** `?isolation=off` of a plain host goes before the fragment. */
const at = ({ url }: Host, path: string): string => {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${path}${search}`;
};

/** Texts that still have an English word. */
const plainWords = async (page: Page): Promise<readonly string[]> => {
  const texts = await page.evaluate(() => {
    const all = new Set<string>();
    const SKIPPED =
      'code, pre, kbd, textarea, script, style, math, [lang]:not(html), [translate="no"]';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: around } = walker.currentNode;
      if (around && !around.closest(SKIPPED) && around.checkVisibility())
        all.add(walker.currentNode.textContent!.trim());
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'])
      for (const one of document.querySelectorAll(`[${name}]`))
        if (!one.closest('[translate="no"]')) all.add(one.getAttribute(name)!);
    return [...all];
  });
  return texts.filter((text) =>
    (text.match(/(?<![\p{L}\d(.#/])[A-Za-z]{3,}(?![\p{L}\d(])/gu) ?? []).some(
      (word) => !SAME.test(word),
    ),
  );
};

for (const { tag, title, train } of [
  { tag: 'de', title: /Die Klippe · Zebra Lab$/, train: 'Trainieren' },
  { tag: 'es', title: /El precipicio · Zebra Lab$/, train: 'Entrenar' },
]) {
  test(`${tag}: every page says its language and is accessible`, async ({ page }) => {
    for (const path of PAGES) {
      await visit(page, `./${tag}/${path}`);
      await expect(page.locator('html')).toHaveAttribute('lang', tag);
      await expect(page.locator('h1').first()).toBeVisible();
      await expectAccessible(page);
      await expectNoOverflow(page, 390);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  });

  test(`${tag}: the same lesson, with the same progress`, async ({ page }) => {
    const answer = page.getByRole('radio').first();
    await visit(page, './lessons/04-the-cliff/');
    await answer.check();
    await page.getByRole('button', { name: 'Check' }).first().click();
    await expect(page.getByRole('status', { name: 'Feedback' }).first()).toContainText('✓');
    await visit(page, `./${tag}/lessons/04-the-cliff/`);
    await expect(page).toHaveTitle(title);
    await expect(answer).toBeChecked();
  });

  test(`${tag}: the Lab trains`, async ({ page }) => {
    await visit(page, `./${tag}/lab/#v=1&context=32&layers=2&width=16&heads=1`);
    await page.getByRole('button', { name: train, exact: true }).click();
    await expect(page.locator('main')).toContainText(/[1-6],\d{2}/); // a loss, with a decimal comma
  });
}

test('the menu opens the same page with the same settings, and the choice is remembered', async ({
  page,
}) => {
  await visit(page, './lab/#v=1&seed=7&context=64');
  const menu = page.getByLabel('Language: English');
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Deutsch' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/de\/lab\/#v=1.*seed=7/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');

  // Addresses that name no language open in the chosen one, old ones too; others in their own.
  await visit(page, './');
  await expect(page).toHaveURL(/\/de\/$/);
  await visit(page, './#/lab?v=1&seed=9');
  await expect(page).toHaveURL(/\/de\/lab\/#v=1.*seed=9/);
  await visit(page, './lessons/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test.describe('a browser that prefers German', () => {
  test.use({ locale: 'de-DE' });

  test('is offered the page in German, once', async ({ page }) => {
    await visit(page, './lessons/03-reach/');
    await expect(page.getByText('Diese Seite gibt es auch auf Deutsch.')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Nein, danke' }).click();
    await expect(page.getByText('Diese Seite gibt es auch auf Deutsch.')).toBeHidden();
    await page.reload();
    await expect(page.locator('h1').first()).toBeVisible();
    await expect(page.getByText('Diese Seite gibt es auch auf Deutsch.')).toBeHidden();
  });
});
