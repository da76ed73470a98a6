/**
 * @file The Python of the interop tests: INTEROP_PYTHON, or a virtual environment in node_modules/.cache/interop with
 * what scripts/interop/requirements.txt pins, created if missing: PyTorch's default build is a download of about 3 GB
 * and takes 6 GB on disk.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CACHE = join(ROOT, 'node_modules/.cache/interop');
export const HERE = join(ROOT, 'scripts/interop');

export const run = (program, ...given) =>
  execFileSync(program, given, {
    stdio: 'inherit',
    env: { ...process.env, PYTHONWARNINGS: 'ignore' },
  });

export function python() {
  if (process.env.INTEROP_PYTHON) return process.env.INTEROP_PYTHON;
  mkdirSync(CACHE, { recursive: true });
  const folder = join(CACHE, 'venv');
  const program = join(folder, 'bin/python');
  const stamp = join(folder, 'installed.txt');
  const wanted = readFileSync(join(HERE, 'requirements.txt'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  console.log('making a Python environment; PyTorch is a download of about 3 GB');
  rmSync(folder, { recursive: true, force: true });
  run('python3', '-m', 'venv', folder);
  run(
    program,
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-cache-dir',
    '-r',
    join(HERE, 'requirements.txt'),
  );
  writeFileSync(stamp, wanted);
  return program;
}
