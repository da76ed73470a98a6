/**
 * @file `npm run configs`: walks transformers' config classes, in the Python of `npm run test:interop`, and writes what
 * the config reader needs from them to src/masks/configTable.json. `-- FOUND.json` writes it from an earlier walk.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compact, written } from './compact.mjs';
import { python, ROOT, run } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';

const { positionals } = optionsOf(
  'npm run configs -- [FOUND.json]',
  {},
  { allowPositionals: true },
);
const [earlier] = positionals;
const folder = mkdtempSync(join(tmpdir(), 'configs-'));
try {
  const found = earlier ?? join(folder, 'found.json');
  if (!earlier) run(python(), join(ROOT, 'scripts/configs/walk.py'), found);
  const table = compact(JSON.parse(readFileSync(found, 'utf8')));
  const text = written(table);
  writeFileSync(join(ROOT, 'src/masks/configTable.json'), text);
  const count = (object) => Object.keys(object).length;
  const refused = Object.values(table.refused).flat().length;
  console.log(
    `transformers ${table.version}: ${count(table.types)} model types open and ${count(table.outer)} that nest one, ${refused} are refused; ` +
      `${text.length} bytes, ${gzipSync(text, { level: 9 }).length} in gzip`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
