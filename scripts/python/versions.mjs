/**
 * @file `npm run python:versions`: installs the wheel, without PyTorch, in an environment of each Python from 3.10 on that
 * is found on the PATH or beside it as pyenv keeps them, and runs the tests that need no PyTorch. One line per version.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';

optionsOf('npm run python:versions', {});
const MINORS = [10, 11, 12, 13, 14];
const PACKAGE = join(ROOT, 'python');
const ENVIRONMENTS = join(ROOT, 'node_modules/.cache/python-versions');

const ask = (program, ...given) => spawnSync(program, given, { encoding: 'utf8', cwd: PACKAGE });
const versionOf = (program) =>
  /^Python (3\.\d+\.\d+)/.exec(ask(program, '--version').stdout ?? '')?.[1];

/** A program that runs this version: pyenv's names on the PATH may answer with an error. */
function found(minor) {
  const kept = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const programs = [
    `python3.${minor}`,
    ...(existsSync(kept) ? readdirSync(kept) : []).map((name) => join(kept, name, 'bin/python3')),
  ];
  return programs.find((program) => versionOf(program)?.startsWith(`3.${minor}.`));
}

run(process.execPath, join(ROOT, 'scripts/python/build.mjs'), '--wheel');
const wheels = join(ROOT, 'packages/python');
const wheel = join(
  wheels,
  readdirSync(wheels)
    .filter((name) => name.endsWith('.whl'))
    .at(-1),
);

let failed = false;
for (const minor of MINORS) {
  const program = found(minor);
  if (!program) {
    console.log(`3.${minor}: not found on this machine`);
    continue;
  }
  const folder = join(ENVIRONMENTS, `3.${minor}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(ENVIRONMENTS, { recursive: true });
  const own = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const steps = [
    [program, '-m', 'venv', folder],
    [own, '-m', 'pip', 'install', '--quiet', wheel, 'pytest', 'hatchling', 'safetensors'],
  ];
  const broken = steps
    .map(([one, ...given]) => ask(one, ...given))
    .find(({ status }) => status !== 0);
  if (broken || !existsSync(own)) {
    failed = true;
    console.log(`3.${minor}: not installed: ${broken?.stderr.trim().split('\n').at(-1)}`);
    continue;
  }
  const flags = ['-q', '--no-header', '-p', 'no:cacheprovider', '-W', 'ignore', '-rs'];
  const { status, stdout } = ask(own, '-m', 'pytest', ...flags);
  const lines = stdout.trim().split('\n');
  console.log(`${versionOf(own)}: ${lines.at(-1)}`);
  const reasons = lines.filter((line) => line.startsWith('SKIPPED'));
  const missing = [
    ...new Set(reasons.map((line) => /'(\w+)'|(\w+) is not installed/.exec(line))),
  ].flatMap((match) => (match ? [match[1] ?? match[2]] : []));
  if (missing.length > 0)
    console.log(`  skipped because there is no ${[...new Set(missing)].join(', ')}`);
  if (status !== 0) {
    failed = true;
    console.log(stdout);
  }
}
process.exitCode = failed ? 1 : 0;
