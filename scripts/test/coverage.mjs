/** @file `npm run coverage`: which lines of src/ the unit tests run. Prints the files with the most lines that none runs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { optionsOf } from '../options.mjs';

const { positionals: files } = optionsOf(
  'npm run coverage -- [WORD …]',
  {},
  { allowPositionals: true },
);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    ...['run', '--project', 'unit', '--project', 'mocking', '--coverage', ...files],
  ],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

const { total: _, ...byFile } = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8'));
const open = Object.entries(byFile)
  .map(([path, { lines }]) => ({ path, left: lines.total - lines.covered, total: lines.total }))
  .sort((a, b) => b.left - a.left);
console.log('\nLines that no unit test runs (some run in Chromium only), of all lines:');
for (const { path, left, total } of open.slice(0, 20))
  console.log(
    `${String(left).padStart(5)} of ${String(total).padStart(4)}  ${relative('.', path)}`,
  );
console.log('Line by line: coverage/index.html');
