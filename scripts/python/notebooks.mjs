/**
 * @file `node scripts/python/notebooks.mjs [--pictures FOLDER]`: the widget in a real JupyterLab, Notebook and marimo, in
 * Chromium: shown, clicked, answered from Python, saved, and opened again without a kernel. Needs `npm run
 * python:build`, and a Python with jupyterlab, ipywidgets and marimo.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { python, ROOT } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';
import { chromiumArguments, chromiumPath } from '../test/chromium.mjs';

const { values } = optionsOf('node scripts/python/notebooks.mjs [--pictures FOLDER]', {
  pictures: { type: 'string' },
});
const PROGRAM = python();
const SLOW = 60_000; // ms, for a server or a kernel on a busy machine
const folder = mkdtempSync(join(tmpdir(), 'zebra-notebooks-'));
const ENVIRONMENT = {
  ...process.env,
  HOME: folder,
  JUPYTER_CONFIG_DIR: join(folder, 'config'),
  JUPYTER_DATA_DIR: join(folder, 'data'),
  JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
  JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings'),
  PYTHONPATH: join(ROOT, 'python/src'),
  PYTHONWARNINGS: 'ignore',
};
if (!existsSync(join(ROOT, 'python/src/zebra_lab/static/widget.js')))
  throw new Error('the widget is not built: run npm run python:build');

const started = [];
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: chromiumArguments({ webgpu: false }),
});
async function timed(name, act) {
  const from = Date.now();
  try {
    await act();
  } catch (error) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    if (values.pictures && pages.length > 0) await picture(pages.at(-1), 'failed');
    throw error;
  }
  console.log(`${name}: fine, ${((Date.now() - from) / 1000).toFixed(1)} s`);
}

// ------------------------------------------------------------------------------------------------- JupyterLab

/** A window off by one, compared with what it should be; a stack of layers; and what Python knows of them. */
const CELLS = {
  window: [
    'import numpy as np, zebra_lab as z',
    'q, k = np.ogrid[:48, :48]',
    "w = z.show((k <= q) & (k > q - 9), 'causal & window(8)')",
    'w',
  ],
  asks: ["print('cell', w.cell, 'first', w.findings[0].code, tuple(w.findings[0].cell))"],
  sets: ["w.cell = {'query': 40, 'key': 3}"],
  stack: ["v = z.show('5*causal & window(8); causal', keys=48)", 'v'],
  layer: ['v.layer = 5'],
  capture: [
    `c = z.open(${JSON.stringify(join(ROOT, 'test/fixtures/capture/hybrid.zip'))}).show()`,
    'c',
  ],
  weight: [
    "c.cell = {'query': 6, 'key': 0}",
    "print('head', c.head, 'at', round(c.weighed['weight'], 3))",
  ],
};

function notebook() {
  const cells = Object.entries(CELLS).map(([id, lines]) => ({
    cell_type: 'code',
    id,
    metadata: {},
    execution_count: null,
    outputs: [],
    source: lines.join('\n'),
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

async function inLab() {
  setting('@jupyterlab/apputils-extension/notification', {
    fetchNews: 'false',
    checkForUpdates: false,
  });
  mkdirSync(join(folder, 'lab'));
  const file = join(folder, 'lab/masks.ipynb');
  writeFileSync(file, notebook());
  const server = await jupyter('lab', join(folder, 'lab'));

  // Without the state of widgets, as JupyterLab saves by default: the picture stands in.
  const page = await opened(`${server}/lab/tree/masks.ipynb?reset`, { width: 1280, height: 1500 });
  await runAll(page);
  await inUse(page);
  await saved(page, file);
  await stopKernels(server);
  setting('@jupyterlab/apputils-extension/themes', { theme: 'JupyterLab Dark' });
  assert.ok(!readFileSync(file, 'utf8').includes('"application/vnd.jupyter.widget-state+json"'));
  await page.goto(`${server}/lab/tree/masks.ipynb?reset`);
  await withoutState(page);

  // With the state: the widget itself, without a kernel.
  setting('@jupyter-widgets/jupyterlab-manager/plugin', { saveState: true });
  writeFileSync(file, notebook());
  await page.goto(`${server}/lab/tree/masks.ipynb?reset`);
  await ready(page);
  await runAll(page);
  await widget(page).waitFor({ timeout: SLOW });
  await saved(page, file);
  const size = readFileSync(file).length;
  assert.ok(readFileSync(file, 'utf8').includes('"application/vnd.jupyter.widget-state+json"'));
  await stopKernels(server);
  await page.goto(`${server}/lab/tree/masks.ipynb?reset`);
  await widget(page).waitFor({ timeout: SLOW });
  await says(page, 'causal window of 9');
  await page.waitForFunction(() => document.querySelectorAll('.zebra-lab').length === 2);
  await widget(page).locator('[data-theme=dark]').waitFor({ timeout: SLOW });
  for (const still of await page.locator('.zebra-lab-still').all())
    assert.ok(!(await still.isVisible()));
  await clickCell(page, { query: 30, key: 20 });
  await says(page, 'query 30 reads 9 of 48 keys');
  await picture(page, 'lab-without-kernel');
  console.log(`a notebook of two widgets with their states: ${Math.round(size / 1000)} kB`);
  await page.close();
}

/** While the kernel runs. */
async function inUse(page) {
  await widget(page).waitFor({ timeout: SLOW });
  await says(page, 'causal window of 9');
  await says(page, 'Query 8 reads 9 keys');
  await picture(page, 'lab-light');
  const stills = page.locator('.zebra-lab-still');
  assert.equal(await stills.count(), 2);
  for (const still of await stills.all())
    assert.ok(!(await still.isVisible()), 'the picture is hidden');

  await clickCell(page, { query: 30, key: 20 });
  await says(page, 'query 30 reads 9 of 48 keys');
  // The keyboard cursor is the widget's: d, d deletes no cell of the notebook, a adds none.
  for (const key of ['ArrowRight', 'ArrowDown', 'd', 'd', 'a', 'b', 'Enter'])
    await page.keyboard.press(key);
  await says(page, 'query 31 reads 9 of 48 keys');
  assert.equal(await page.locator('.jp-Notebook .jp-CodeCell').count(), Object.keys(CELLS).length);
  await run(page, 'asks');
  await output(page, 'asks', "cell {'query': 31, 'key': 21} first L5 (8, 0)");
  // And the notebook's are the notebook's: a adds a cell above, z takes it back.
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.waitForFunction(
    (count) => document.querySelectorAll('.jp-Notebook .jp-CodeCell').length === count,
    Object.keys(CELLS).length + 1,
  );
  await page.keyboard.press('z');

  // A finding leads to its cell, and Python hears of it.
  await widget(page).getByRole('button', { name: 'query 8, key 0', exact: true }).click();
  await says(page, 'query 8 reads 9 of 48 keys');
  await run(page, 'asks');
  await output(page, 'asks', "cell {'query': 8, 'key': 0} first L5 (8, 0)");
  await run(page, 'sets');
  await says(page, 'query 40 reads 9 of 48 keys');
  await run(page, 'layer');
  await says(page, 'Layer 6', 1);

  // A capture opens at its fault; the weights of the layer are beside its mask, and Python sends them.
  await run(page, 'capture');
  await says(page, 'Query 6 reads 7 keys', 2);
  await says(page, 'Weights of layer 5, head', 2);
  await run(page, 'weight');
  await output(page, 'weight', 'head 0 at 0.132');
  await says(page, 'Query 6 “and”, key 0 “The”: weight 0.132.', 2);
  await widget(page, 2).getByLabel('Head', { exact: true }).selectOption('1');
  await says(page, 'Query 6 “and”, key 0 “The”: weight 0.182.', 2);
  await run(page, 'weight');
  await output(page, 'weight', 'head 1 at');
  await widget(page, 2).scrollIntoViewIfNeeded();
  await picture(page, 'lab-capture');
  await widget(page, 1).scrollIntoViewIfNeeded();
  await picture(page, 'lab-stack');
  await page.evaluate(() => (document.body.dataset.jpThemeLight = 'false'));
  await page.waitForFunction(() =>
    document.querySelector('.zebra-lab').shadowRoot.querySelector('[data-theme=dark]'),
  );
  await picture(page, 'lab-dark');
  await page.evaluate(() => (document.body.dataset.jpThemeLight = 'true'));
  // In a narrow notebook.
  await page.setViewportSize({ width: 860, height: 1500 });
  await widget(page).scrollIntoViewIfNeeded();
  await picture(page, 'lab-narrow');
  await widget(page, 2).scrollIntoViewIfNeeded();
  await picture(page, 'lab-narrow-capture');
  await page.setViewportSize({ width: 1900, height: 1500 });
  await widget(page, 2).scrollIntoViewIfNeeded();
  await picture(page, 'lab-wide');
  await page.setViewportSize({ width: 1280, height: 1500 });
}

/** After a restart of everything, from what JupyterLab saves by default. */
async function withoutState(page) {
  await ready(page);
  const still = page.locator('.zebra-lab-still').first();
  await still.waitFor({ timeout: SLOW });
  assert.match(await still.innerText(), /Query 8 reads 9 keys/);
  const shown = await still
    .locator('img')
    .evaluate((img) => img.complete && img.naturalWidth > 200);
  assert.ok(shown, 'the picture is there');
  await picture(page, 'lab-still');
}

const widget = (page, which = 0) => page.locator('.zebra-lab').nth(which);

const says = (page, words, which = 0) =>
  widget(page, which).getByText(words).first().waitFor({ timeout: SLOW });

async function clickCell(page, { query, key }) {
  const shell = widget(page).locator('.shell');
  await shell.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await shell.boundingBox();
  await page.mouse.click(x + ((key + 0.5) / 48) * width, y + ((query + 0.5) / 48) * height);
}

/** The kernel waits for a cell. */
async function ready(page) {
  await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor({ timeout: SLOW });
  await page
    .locator('#jp-bottom-panel, .jp-StatusBar-Widget')
    .getByText(/\| Idle/)
    .first()
    .waitFor({ timeout: SLOW });
}

const cell = (page, id) =>
  page.locator('.jp-Notebook .jp-CodeCell').nth(Object.keys(CELLS).indexOf(id));

async function run(page, id) {
  await cell(page, id).locator('.jp-InputArea-editor').click();
  await page.keyboard.press('Control+Enter');
}

async function runAll(page) {
  await ready(page);
  for (const id of ['window', 'stack']) await run(page, id);
  await says(page, 'causal window of 9');
  await widget(page, 1).waitFor({ timeout: SLOW });
}

const output = (page, id, words) =>
  cell(page, id).locator('.jp-OutputArea-output').getByText(words).waitFor({ timeout: SLOW });

/** With the widget's cursor in use: keys with Control are the notebook's. */
async function saved(page, file) {
  const before = readFileSync(file, 'utf8');
  await clickCell(page, { query: 5, key: 5 });
  await page.keyboard.press('Control+s');
  for (let tries = 0; readFileSync(file, 'utf8') === before; tries++) {
    assert.ok(tries < 200, 'the notebook was saved');
    await new Promise((later) => setTimeout(later, 50));
  }
  await page.waitForTimeout(200); // written whole
}

/** A page has its kernel. Until then its indicator says idle, too, and a cell that is run asks which kernel to start. */
async function connected(server) {
  for (const until = Date.now() + SLOW; ;) {
    const sessions = await (await fetch(`${server}/api/sessions`)).json();
    if (sessions.some(({ kernel }) => kernel?.connections > 0)) return;
    if (Date.now() > until) throw new Error('no page has a kernel');
    await new Promise((later) => setTimeout(later, 100));
  }
}

async function stopKernels(server) {
  for (const { id } of await (await fetch(`${server}/api/sessions`)).json())
    await fetch(`${server}/api/sessions/${id}`, { method: 'DELETE' });
}

function setting(name, value) {
  const path = join(folder, 'settings', `${name}.jupyterlab-settings`);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}

/** Starts a server, and returns its address. */
async function jupyter(which, root) {
  const port = await freePort();
  start(
    ...['-m', 'jupyter', which, '--allow-root', '--no-browser', '--ip=127.0.0.1', `--port=${port}`],
    ...['--ServerApp.port_retries=0', '--IdentityProvider.token=', '--ServerApp.password='],
    ...['--ServerApp.disable_check_xsrf=True', `--ServerApp.root_dir=${root}`],
  );
  const server = `http://127.0.0.1:${port}`;
  await answers(`${server}/api`);
  return server;
}

// ------------------------------------------------------------------------------------------ Jupyter Notebook 7

async function inNotebook() {
  const root = join(folder, 'classic');
  mkdirSync(root);
  writeFileSync(join(root, 'masks.ipynb'), notebook());
  const server = await jupyter('notebook', root);
  const page = await opened(`${server}/notebooks/masks.ipynb`, { width: 1100, height: 1100 });
  await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor({ timeout: SLOW });
  await connected(server);
  await page
    .locator('.jp-Notebook-ExecutionIndicator[data-status=idle]')
    .waitFor({ timeout: SLOW });
  await run(page, 'window');
  await widget(page).waitFor({ timeout: SLOW });
  await says(page, 'Query 8 reads 9 keys');
  assert.ok(!(await page.locator('.zebra-lab-still').first().isVisible()));
  await clickCell(page, { query: 30, key: 20 });
  await says(page, 'query 30 reads 9 of 48 keys');
  await run(page, 'asks');
  await output(page, 'asks', "cell {'query': 30, 'key': 20} first L5 (8, 0)");
  await picture(page, 'notebook');
  await page.close();
}

// -------------------------------------------------------------------------------------------------- nbconvert

/** A page without a kernel, a network or a widget manager: the picture and the findings. */
async function converted() {
  const file = join(folder, 'converted.ipynb');
  writeFileSync(file, notebook());
  execFileSync(PROGRAM, ['-m', 'jupyter', 'nbconvert', '--to', 'html', '--execute', file], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const page = await opened(`file://${join(folder, 'converted.html')}`, {
    width: 1000,
    height: 1200,
  });
  const still = page.locator('.zebra-lab-still').first();
  await still.waitFor();
  assert.match(await still.innerText(), /Query 8 reads 9 keys/);
  await picture(page, 'nbconvert');
  await page.close();
}

// ----------------------------------------------------------------------------------------------------- marimo

const APP = `import marimo
app = marimo.App()

@app.cell
def _():
    import marimo as mo
    import numpy as np
    import zebra_lab as z
    q, k = np.ogrid[:48, :48]
    w = mo.ui.anywidget(z.show((k <= q) & (k > q - 9), "causal & window(8)"))
    w
    return mo, w, z

@app.cell
def _(mo, w):
    mo.md(f"cell {w.value['cell']}, first {w.findings[0].code}")
    return

@app.cell
def _(z):
    z.show("5*causal & window(8); causal", keys=48)
    return

if __name__ == "__main__":
    app.run()
`;

async function inMarimo() {
  const file = join(folder, 'app.py');
  writeFileSync(file, APP);
  const port = await freePort();
  start(
    ...['-m', 'marimo', '--quiet', 'run', file, '--headless', '--no-token'],
    ...['--host', '127.0.0.1', '--port', String(port)],
  );
  await answers(`http://127.0.0.1:${port}`);
  const page = await opened(`http://127.0.0.1:${port}`, { width: 1100, height: 1300 });
  await says(page, 'causal window of 9');
  await page.getByText('cell None, first L5').waitFor({ timeout: SLOW });
  await clickCell(page, { query: 30, key: 20 });
  await page.getByText(/cell \{.*30.*20.*\}, first L5/).waitFor({ timeout: SLOW });
  await says(page, 'causal & window(8); causal', 1);
  await picture(page, 'marimo');
  await page.close();

  // Without a kernel: exported as a page.
  const html = join(folder, 'app.html');
  execFileSync(PROGRAM, ['-m', 'marimo', '--quiet', 'export', 'html', file, '-o', html], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The page loads marimo itself from a CDN; here from the package.
  const find = "import marimo, pathlib; print(pathlib.Path(marimo.__file__).parent / '_static')";
  const files = execFileSync(PROGRAM, ['-c', find], { encoding: 'utf8' }).trim();
  const alone = await browser.newPage({ viewport: { width: 1100, height: 1300 } });
  await alone.route(/^https:/, (route) => {
    const [, path] = /\/dist\/([^?]*)/.exec(route.request().url()) ?? [];
    return path && existsSync(join(files, path))
      ? route.fulfill({ path: join(files, path), headers: { 'access-control-allow-origin': '*' } })
      : route.abort();
  });
  await alone.goto(`file://${html}`);
  await says(alone, 'causal window of 9');
  await clickCell(alone, { query: 30, key: 20 });
  await says(alone, 'query 30 reads 9 of 48 keys');
  await picture(alone, 'marimo-exported');
  await alone.close();
}

// ------------------------------------------------------------------------------------------------ small parts

async function opened(address, viewport) {
  const page = await browser.newPage({ viewport });
  await page.goto(address);
  return page;
}

async function picture(page, name) {
  if (!values.pictures) return;
  mkdirSync(values.pictures, { recursive: true });
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(values.pictures, `${name}.png`) });
}

function start(...given) {
  const child = spawn(PROGRAM, given, {
    env: ENVIRONMENT,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-4000)));
  child.on('exit', (code) => {
    if (code) console.error(said);
  });
  started.push(child);
}

async function answers(address) {
  for (const until = Date.now() + SLOW; ;) {
    const reply = await fetch(address).catch(() => undefined);
    if (reply?.ok) return;
    if (Date.now() > until) throw new Error(`${address} does not answer`);
    await new Promise((later) => setTimeout(later, 100));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// ------------------------------------------------------------------------------------------------------- all

try {
  await timed('JupyterLab', inLab);
  await timed('Jupyter Notebook', inNotebook);
  await timed('nbconvert', converted);
  await timed('marimo', inMarimo);
} finally {
  await browser.close();
  for (const one of started) one.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
