/** @file The built page in Chromium, for the scripts that measure it and take screenshots. */
import { preview } from 'vite';
import { chromium } from 'playwright';
import { chromiumArguments, chromiumPath } from './test/chromium.mjs';

/** Serves dist/ (made by `npm run build`) and starts Chromium; `use` gets the URL and the browser. */
export async function withPage({ webgpu = true }, use) {
  const server = await preview({ preview: { port: 0, host: '127.0.0.1' } });
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: chromiumArguments({ webgpu }),
  });
  try {
    const { port } = server.httpServer.address();
    await use(`http://127.0.0.1:${port}/`, browser);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A new window; if not `isolated`, pages are served as by a host without headers, and WebAssembly has one thread. */
export async function newPage(browser, address, isolated = true) {
  const viewport = { width: 1440, height: 900 };
  // A service worker could isolate the page again, and would download the site while something is measured.
  const page = await browser.newPage({ viewport, serviceWorkers: 'block' });
  if (isolated) return page;
  await page.route(address, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers['cross-origin-opener-policy'];
    delete headers['cross-origin-embedder-policy'];
    await route.fulfill({ response, headers });
  });
  return page;
}

export const label = (page, name) => page.getByLabel(name, { exact: true });
export const button = (page, name) => page.getByRole('button', { name, exact: true });

/** The number an output shows; NaN while it shows none. */
export async function numberOf(page, name) {
  const digits = /[\d.,]+/.exec(await label(page, name).innerText());
  return digits ? Number(digits[0].replaceAll(',', '')) : NaN;
}

/** Opens the Lab with these settings and waits until training can start. */
export const openLab = (page, address, query) => openAt(page, `${address}#/lab?v=1&${query}`);

/** Opens a page that trains, and waits until training can start. */
export async function openAt(page, address) {
  await page.goto(address);
  await button(page, 'Train').waitFor({ timeout: 60_000 });
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll('button')].some(
        (b) => b.textContent.trim() === 'Train' && b.disabled,
      ),
    undefined,
    { timeout: 60_000 },
  );
}
