/**
 * @file `npm run test:python [-- --only WORD]`: builds what the Python package carries, checks its source with ruff, and
 * runs its tests, and shows the widget in real notebooks, all within four minutes.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { optionsOf } from '../options.mjs';
import { python, ROOT } from './python.mjs';

const { values } = optionsOf('npm run test:python -- [--only WORD]', { only: { type: 'string' } });
const PACKAGE = join(ROOT, 'python');
const until = Date.now() + 240_000;

const step = (what, program, ...given) => {
  const { status, error } = spawnSync(program, given, {
    cwd: PACKAGE,
    stdio: 'inherit',
    timeout: Math.max(1, until - Date.now()),
    env: { ...process.env, PYTHONPATH: join(PACKAGE, 'src'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status === 0) return;
  const why =
    error?.code === 'ETIMEDOUT' ? 'the Python tests have four minutes' : (error?.message ?? '');
  console.error(`${what} failed${why && `: ${why}`}`);
  process.exit(1);
};

const program = python();
step('the build', process.execPath, join(ROOT, 'scripts/python/build.mjs'));
step('ruff check', program, '-m', 'ruff', 'check', '.');
step('ruff format', program, '-m', 'ruff', 'format', '--check', '.');
const only = values.only === undefined ? [] : ['-k', values.only];
step('pytest', program, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', ...only);
if (values.only === undefined)
  step('the notebooks', process.execPath, join(ROOT, 'scripts/python/notebooks.mjs'));
