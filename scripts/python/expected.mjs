/**
 * @file What the Python tests compare with, as JSON on standard output: findings by the masks page's own code. Run by
 * python/tests/conftest.py.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundle.mjs';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures', import.meta.url));
const inside = (folder, read) =>
  Object.fromEntries(
    readdirSync(join(FIXTURES, folder))
      .filter((name) => !name.endsWith('.md'))
      .map((name) => [name, read(join(FIXTURES, folder, name))]),
  );

const { expectedOf } = await bundled('scripts/python/expected.ts');
const expected = await expectedOf(
  inside('masks', (path) => readFileSync(path)),
  inside('configs', (path) => readFileSync(path, 'utf8')),
);
process.stdout.write(JSON.stringify(expected));
