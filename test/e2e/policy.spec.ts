/**
 * @file Nothing leaves the machine: the page and its workers can reach no other host, whether the host sends the policy
 * as a header or not, and the policy blocks nothing that the site does itself.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test, type Page, type Worker } from '@playwright/test';
import { PAGES } from '../../src/app/route';
import { size, some } from '../support/deep';
import { elsewhere, plainHost, type Host, type Plain } from './hosts';
import { button, numberOf, READY_MS, visit, watchForErrors } from './support';

// Chromium reports each violation as an error in the console, so every test that watches for errors also watches for
// these. It does not report those of workers, so they are passed on.
watchForErrors();
test.beforeEach(({ page }) => {
  page.on('worker', (worker) => void worker.evaluate(passOn).catch(() => {})); // it may be gone
});
const passOn = () =>
  addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    console.error(`the policy refuses a worker ${blockedURI} by ${effectiveDirective}`);
  });

const LESSONS = readdirSync('lessons').filter((name) => /^\d\d-/.test(name));
const TINY = 'task=needle&context=32&distance=8&width=16&layers=2&heads=2&window=4&batch=4';

async function trains(page: Page, address: string): Promise<void> {
  await visit(page, address);
  await button(page, 'Train').click({ timeout: READY_MS });
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBeGreaterThan(2);
  await button(page, 'Pause').click();
}

// ------------------------------------------------------------------------------------ what the site does still works

test('every page and every lesson opens under the policy', async ({ page }) => {
  const printed = some(LESSONS, size('printed'), 1);
  const papers = [
    ...LESSONS.map((id) => `lessons/${id}`),
    ...printed.flatMap((id) => [`teach/${id}`, `worksheet/${id}`]),
  ];
  await visit(page, './');
  for (const path of [...PAGES.map(({ id }) => id), ...papers]) {
    await page.evaluate((hash) => (location.hash = hash), `#/${path}`);
    await expect(page.locator('main'), path).toBeVisible();
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('formulas and tables of lessons keep their styles, although style attributes are blocked', async ({
  page,
}) => {
  await visit(page, './#/teach/09-the-cache');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const styled = page.locator('[data-style^="text-align"]');
  const [asked, got] = await styled
    .first()
    .evaluate((cell: HTMLElement) => [
      cell.dataset['style'],
      `text-align:${getComputedStyle(cell).textAlign}`,
    ]);
  expect(got).toBe(asked);
});

test('a run trains and is kept, a figure and a mask are saved as files, a worksheet is printed', async ({
  page,
}) => {
  await trains(page, `./#/lab?v=1&${TINY}`);
  const saves = async (...names: readonly string[]) => {
    for (const name of names)
      await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
  };
  await saves('Save checkpoint');
  await visit(page, './#/figures');
  await saves(...['CSV', 'SVG', 'PNG'].map((kind) => `Download Figure 2 as ${kind}`));
  await visit(page, './#/masks');
  await saves('.npy', 'JSON', 'SVG', 'PNG');
  await visit(page, './#/worksheet/02-four-masks');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
});

test('a model generates, is exported to Hugging Face, and is opened from that file', async ({
  page,
}) => {
  await visit(page, './#/generate?v=1&model=marker-40-grouped');
  await expect(button(page, 'Generate')).toBeEnabled();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Export to Hugging Face').click(),
  ]);
  const buffer = await readFile(await file.path());
  await page
    .getByLabel('Open checkpoint')
    .setInputFiles({ name: 'mine.zip', mimeType: 'application/zip', buffer });
  await expect(page.getByRole('combobox', { name: 'Model', exact: true })).toHaveValue('file');
  await page.getByLabel('Tokens', { exact: true }).fill('5');
  await button(page, 'Generate').click();
  await expect(page.getByText('5 written')).toBeVisible();
});

test('WebAssembly computes in as many threads as there are cores if the page is isolated', async ({
  page,
}) => {
  await trains(page, `./#/lab?v=1&backend=wasm&${TINY}`);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const threads = cores < 2 ? 'one thread' : `${Math.min(cores, 8)} threads`;
  await expect(page.getByText(threads).first()).toBeAttached();
});

test('otherwise it computes in one thread, and the page says so', async ({ page }) => {
  const host = await plainHost({});
  try {
    await trains(page, `${host.url}#/lab?v=1&backend=wasm&${TINY}`);
    const why = page.getByText(
      'WebAssembly computes in one thread here: the address says isolation=off',
    );
    await expect(why.first()).toBeAttached();
  } finally {
    await host.close();
  }
});

/** Threads, which TensorFlow.js starts if it can, work only if these are sent. */
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
for (const [where, plain, device] of [
  ['in WebAssembly', {}, 'WebAssembly'],
  ['on a host that allows threads', { headers: ISOLATED }, 'WebAssembly'],
  ['in JavaScript if its WebAssembly is damaged', { spoilt: /tfjs-backend.*wasm$/ }, 'JavaScript'],
] as const satisfies readonly (readonly [string, Plain, string])[])
  test(`the reference in TensorFlow.js trains ${where}`, async ({ page }) => {
    const host = await plainHost(plain);
    try {
      await trains(page, `${host.url}#/lab?v=1&backend=tfjs&${TINY}`);
      await expect(page.getByText(`TensorFlow.js on ${device}`)).toBeAttached();
    } finally {
      await host.close();
    }
  });

test('a course page on another origin frames a lesson, and the two exchange messages', async ({
  page,
  baseURL,
}) => {
  const course = await plainHost({
    page: () => `<!doctype html><title>Course</title><link rel="icon" href="data:," />
      <script>
        addEventListener('message', ({ data }) => { document.title += ' ' + data.type; });
      </script>
      <iframe src="${baseURL}#/lessons/03-reach?v=1&embed=1" title="Lesson" width="1200" height="800"></iframe>`,
  });
  try {
    await visit(page, course.url);
    const lesson = page.frameLocator('iframe');
    await expect(lesson.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
    await expect(page).toHaveTitle(/ready state/);
  } finally {
    await course.close();
  }
});

// ------------------------------------------------------------------------------------ a request elsewhere is refused

/** Runs in the page or in a worker: sends a request to `to` in every possible way, each to its own path. */
async function reach(to: string): Promise<string[]> {
  const ways: Record<string, () => unknown> = {
    fetch: () => fetch(`${to}fetch`, { mode: 'no-cors' }).catch(() => {}),
    xhr: () => {
      const request = new XMLHttpRequest();
      request.open('POST', `${to}xhr`);
      request.send('what was typed');
    },
    socket: () => new WebSocket(`${to.replace('http', 'ws')}socket`),
    events: () => new EventSource(`${to}events`),
    module: () => import(`${to}module`).catch(() => {}),
  };
  const element = (name: string, attributes: Record<string, string>) => () => {
    document.body.append(Object.assign(document.createElement(name), attributes));
  };
  if (typeof document === 'object')
    Object.assign(ways, {
      beacon: () => navigator.sendBeacon(`${to}beacon`, 'what was typed'),
      image: element('img', { src: `${to}image` }),
      script: element('script', { src: `${to}script` }),
      style: element('link', { rel: 'stylesheet', href: `${to}style` }),
      prefetch: element('link', { rel: 'prefetch', href: `${to}prefetch` }),
      frame: element('iframe', { src: `${to}frame` }),
      audio: element('audio', { src: `${to}audio`, preload: 'auto' }),
      // into a frame, so that the page stays
      form: () => {
        const sink = Object.assign(document.createElement('iframe'), { name: 'sink' });
        const form = document.createElement('form');
        Object.assign(form, { action: `${to}form`, target: 'sink', method: 'post' });
        document.body.append(sink, form);
        form.submit();
      },
      object: element('object', { data: `${to}object` }),
    });
  const scope = globalThis as unknown as { refused: string[] };
  scope.refused = [];
  addEventListener('securitypolicyviolation', (event) => {
    const { blockedURI, effectiveDirective } = event as SecurityPolicyViolationEvent;
    // a frame sends only its origin
    const what = blockedURI.startsWith(to) ? blockedURI.slice(to.length) : '';
    scope.refused.push(what || blockedURI.split('/')[3] || effectiveDirective.replace('-src', ''));
  });
  for (const send of Object.values(ways)) send();
  return Object.keys(ways).sort();
}
const refused = () => [...new Set((globalThis as unknown as { refused: string[] }).refused)].sort();

/** The worker of this name, on a page that uses it. */
async function workerOf(page: Page, address: string, name: string): Promise<Worker> {
  await visit(page, address);
  let found: Worker | undefined;
  await expect
    .poll(
      async () => {
        const names = page
          .workers()
          .map((worker) => worker.evaluate(() => self.name).catch(() => ''));
        const at = (await Promise.all(names)).indexOf(name);
        found = page.workers()[at];
        return at;
      },
      { message: name, timeout: READY_MS },
    )
    .toBeGreaterThanOrEqual(0);
  return found!;
}

/** Page and Worker type `evaluate` a little differently; both are called the same way here. */
type Scope = Pick<Worker, 'evaluate'>;

/** Page and workers one after the other, each with its name. */
async function* everyScope(
  page: Page,
  url: string,
): AsyncGenerator<readonly [name: string, scope: Scope]> {
  await visit(page, url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  yield ['the page', page as unknown as Scope] as const;
  for (const [name, path] of [
    ['zebra-engine', `lab?v=1&${TINY}`],
    ['zebra-scribe', 'generate?v=1&model=marker-40-grouped'],
    ['zebra-masks', 'masks'],
  ] as const)
    yield [name, await workerOf(page, `${url}#/${path}`, name)] as const;
  // The engine starts those; a page that is not isolated has none.
  if (await page.evaluate(() => crossOriginIsolated && navigator.hardwareConcurrency > 1)) {
    const address = `${url}#/lab?v=1&backend=wasm&${TINY}`;
    yield ['a thread', await workerOf(page, address, 'zebra-thread-1')] as const;
  }
}

test.describe('a request elsewhere', () => {
  let other: Awaited<ReturnType<typeof elsewhere>>;
  let plain: Host | undefined;
  test.beforeEach(async ({ page }) => {
    other = await elsewhere();
    // A refused request is logged, and here that is expected.
    page.removeAllListeners('console');
  });
  test.afterEach(async () => {
    await Promise.all([other.close(), plain?.close()]);
    plain = undefined;
  });

  const isRefused = async (page: Page, url: string) => {
    for await (const [name, scope] of everyScope(page, url)) {
      const tried = await scope.evaluate(reach, other.url);
      await expect.poll(() => scope.evaluate(refused), { message: name }).toEqual(tried);
    }
    expect(other.arrived).toEqual([]);
  };

  test('is refused to the page and its workers if the host sends the header', async ({
    page,
    baseURL,
  }) => isRefused(page, baseURL!));

  test('is refused to the page and its workers if the host sends no header', async ({ page }) => {
    plain = await plainHost();
    await isRefused(page, plain.url);
  });

  test('arrives from each of them without the policy, so the two tests above can fail', async ({
    page,
  }) => {
    plain = await plainHost({
      page: (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
    });
    for await (const [name, scope] of everyScope(page, plain.url)) {
      const from = other.arrived.length;
      const tried = await scope.evaluate(reach, other.url);
      const arrived = () => [...new Set(other.arrived.slice(from))].sort();
      await expect.poll(arrived, { message: name }).toEqual(tried);
    }
  });
});
