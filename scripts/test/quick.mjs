/**
 * @file What most changes need, in under a minute on two cores: `npm run check:quick`. Types of everything; lint, format and
 * spelling of the files that differ from main; unit tests that depend on them, the quickest first, as many as the time
 * allows. At the end it lists what it ran and what it left out.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { optionsOf } from '../options.mjs';

/** Seconds of tests, as they took last time; a file that never ran here counts as one second. */
const BUDGET = 30;
/** Files that cover most of the rest in little time, if no test depends on a change. */
const ALWAYS = [
  'test/architecture.test.ts',
  'test/docs.test.ts',
  'test/attention/pairs.test.ts',
  'test/model/files/checkpoint.test.ts',
  'test/spec/spec.test.ts',
  'test/lessons/lessons.test.ts',
];

const { values } = optionsOf('npm run check:quick -- [--base BRANCH]', {
  base: { type: 'string' },
});

const git = (...words) => execFileSync('git', words, { encoding: 'utf8' }).trim();
const known = (name) =>
  spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]).status === 0;
const base = values.base ?? ['origin/main', 'main'].find(known) ?? 'HEAD';
if (!known(base)) {
  console.error(`git does not know ${base}; --base takes a branch or a commit.`);
  process.exit(2);
}
const since = git('merge-base', base, 'HEAD');
const lines = (text) => text.split('\n').filter(Boolean);
const changed = [
  ...lines(git('diff', '--name-only', '--diff-filter=d', since)),
  ...lines(git('ls-files', '--others', '--exclude-standard')),
].filter((path) => existsSync(path));

const began = performance.now();
const done = [];
const failed = [];
/** Runs one tool; its output is shown if it fails. */
function run(what, tool, ...words) {
  const from = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`node_modules/${tool}`, ...words]);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    child.on('close', (code) => {
      const seconds = ((performance.now() - from) / 1000).toFixed(0);
      console.log(`${code === 0 ? '✓' : '✗'} ${what}, ${seconds} s`);
      done.push(what);
      if (code !== 0) {
        failed.push(what);
        console.log(text);
      }
      resolve(text);
    });
  });
}

const named = (pattern) => changed.filter((path) => pattern.test(path));
const left = [];

async function types() {
  if (named(/\.(ts|svelte|mts|json)$/).length === 0) return left.push('types (no file changed)');
  await run(
    'types',
    'svelte-check/bin/svelte-check',
    ...['--tsconfig', './tsconfig.json', '--incremental', '--fail-on-warnings'],
  );
}

async function lint() {
  const code = named(/\.(ts|mts|mjs|js|svelte)$/);
  const count = (files) => `${files.length} changed file${files.length === 1 ? '' : 's'}`;
  if (code.length > 0)
    await run(
      `ESLint of ${count(code)}`,
      'eslint/bin/eslint.js',
      ...[
        '--cache',
        '--cache-location',
        'node_modules/.cache/eslint/',
        '--cache-strategy',
        'content',
        '--no-warn-ignored',
      ],
      ...code,
    );
  if (changed.length === 0) return;
  await run(
    `format of ${count(changed)}`,
    'prettier/bin/prettier.cjs',
    ...['--check', '--ignore-unknown', ...changed],
  );
  await run(
    `spelling of ${count(changed)}`,
    'cspell/bin.mjs',
    ...['lint', '--no-progress', '--no-summary', '--no-must-find-files', '--dot', ...changed],
  );
}

/** Seconds by test file, as Vitest remembers them. */
function durations() {
  const cache = 'node_modules/.vite/vitest';
  const results = (folder) => {
    try {
      return JSON.parse(readFileSync(`${cache}/${folder}/results.json`, 'utf8')).results;
    } catch {
      return []; // not there yet, or another run is writing it
    }
  };
  return new Map(
    (existsSync(cache) ? readdirSync(cache) : [])
      .flatMap(results)
      .map(([name, { duration }]) => [name.slice(name.indexOf(':') + 1), duration / 1000]),
  );
}

const VITEST = 'vitest/vitest.mjs';
const PROJECTS = ['--project', 'unit', '--project', 'mocking'];

async function tests() {
  const listed = spawnSync(
    process.execPath,
    [`node_modules/${VITEST}`, 'list', '--filesOnly', '--changed', since, ...PROJECTS],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  const related = lines(listed.stdout).flatMap((line) => /^\[\w+\] (.*)$/.exec(line)?.[1] ?? []);
  const seconds = durations();
  const took = (file) => seconds.get(file) ?? 1;
  const chosen = [];
  let sum = 0;
  // What was changed itself comes first, however long it takes.
  const rank = (file) => (changed.includes(file) ? 0 : took(file));
  for (const file of (related.length > 0 ? related : ALWAYS).toSorted((a, b) => rank(a) - rank(b)))
    if (changed.includes(file) || sum + took(file) <= BUDGET) {
      chosen.push(file);
      sum += took(file);
    } else left.push(`${file} (${took(file).toFixed(0)} s)`);
  await run(
    related.length > 0
      ? `${chosen.length} of ${related.length} unit test files that depend on the change`
      : `no unit test depends on the change; ${chosen.length} that say most`,
    VITEST,
    ...['run', ...PROJECTS, ...chosen],
  );
}

console.log(`Files that differ from ${base}: ${changed.length}.`);
await Promise.all([types(), lint().then(tests)]);

const seconds = ((performance.now() - began) / 1000).toFixed(0);
left.push('unused exports', 'tests in Chromium', 'end-to-end tests', 'lint of unchanged files');
console.log(`\nRan: ${done.join('; ')}.\nDid not run: ${left.join('; ')}. \`npm test\` runs all.`);
console.log(
  failed.length > 0
    ? `Failed after ${seconds} s: ${failed.join('; ')}.`
    : `All well after ${seconds} s.`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
