/** @file Commands explain themselves, and refuse unknown options instead of ignoring them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};
const files = Object.entries(scripts).flatMap(([name, command]) =>
  [...command.matchAll(/scripts\/\S+\.(?:mjs|ts)/g)].map(([file]) => [name, file] as const),
);
const node = (...words: string[]) => spawnSync(process.execPath, words, { encoding: 'utf8' });

test.each(files)('npm run %s has a script that exists: %s', (_, file) =>
  expect(existsSync(file)).toBe(true),
);

test('no script reads options by hand', () => {
  const byHand = files
    .map(([, file]) => file)
    .filter((file) => /process\.argv\.(includes|indexOf)/.test(readFileSync(file, 'utf8')));
  expect(byHand).toEqual([]);
});

describe.each([
  ['in JavaScript', ['scripts/lessons/check.mjs'], 'npm run lessons:check -- [WORD]'],
  [
    'in TypeScript',
    ['scripts/run.mjs', 'scripts/bench/cache.ts'],
    'npm run bench:cache -- [--loops]',
  ],
])('a script %s', (_, script, usage) => {
  test('prints its usage', () => {
    const { status, stdout } = node(...script, '--help');
    expect(stdout.trim()).toBe(usage);
    expect(status).toBe(0);
  });

  test('refuses an unknown option, with its usage', () => {
    const { status, stderr } = node(...script, '--writ');
    expect(stderr).toMatch(/^Unknown option '--writ'/);
    expect(stderr).toContain(usage);
    expect(status).toBe(2);
  });
});

test('scripts/run.mjs runs only scripts', () => {
  const { status, stderr } = node('scripts/run.mjs', 'src/main.ts');
  expect(stderr).toContain('Usage: node scripts/run.mjs');
  expect(status).toBe(2);
});
