/**
 * @file `npm run test:python [-- --only WORD]`: builds what the Python package carries, checks its source with ruff, and
 * runs its tests, and shows the widget in real notebooks, all within four minutes.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { optionsOf } from '../options.mjs';
import { python, ROOT } from './python.mjs';

const { values } = optionsOf('npm run test:python -- [--only WORD]', { only: { type: 'string' } });
const PACKAGE = join(ROOT, 'python');
const until = Date.now() + 240_000;

const environment = {
  ...process.env,
  PYTHONPATH: join(PACKAGE, 'src'),
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Rejects with what failed. `quiet` keeps what it prints until it ends, because another step prints meanwhile. */
const step = (what, program, given, { quiet = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, given, {
      cwd: PACKAGE,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      timeout: Math.max(1, until - Date.now()),
      env: environment,
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => said.push(text));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      process.stdout.write(Buffer.concat(said));
      if (status === 0) resolve();
      else
        reject(new Error(`${what} failed${signal ? ': the Python tests have four minutes' : ''}`));
    });
  });

const program = python();
try {
  await step('the build', process.execPath, [join(ROOT, 'scripts/python/build.mjs')]);
  await step('ruff check', program, ['-m', 'ruff', 'check', '.']);
  await step('ruff format', program, ['-m', 'ruff', 'format', '--check', '.']);
  const only = values.only === undefined ? [] : ['-k', values.only];
  const pytest = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-W', 'ignore', ...only];
  await Promise.all([
    step('pytest', program, pytest),
    // A browser, servers and kernels wait for one another: it takes less together with the tests.
    ...(values.only === undefined
      ? [
          step('the notebooks', process.execPath, [join(ROOT, 'scripts/python/notebooks.mjs')], {
            quiet: true,
          }),
        ]
      : []),
  ]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
