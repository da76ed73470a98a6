/**
 * @file `npm run site:zip`: the built site as one ZIP that runs from a memory stick, with a small server in two languages
 * and a file to start it on each system.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strToU8, zipSync } from 'fflate';
import { build } from '../built.mjs';
import { ISOLATION, POLICY } from '../build/policy.mjs';
import { optionsOf } from '../options.mjs';

const USAGE = `npm run site:zip [-- --out FILE] [--as-built]
  --out FILE  what is written; packages/zebra-lab-site.zip if not given
  --as-built  takes dist/ as it is, even if it is older than its sources`;

const FOLDER = 'zebra-lab';
const own = (name) => readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8');
/** UNIX systems start these by a double click. */
const PROGRAM = { os: 3, attrs: 0o755 << 16 };
/** Already packed. */
const STORED = /\.(zip|png)$/;

const { values } = optionsOf(USAGE, {
  out: { type: 'string', default: 'packages/zebra-lab-site.zip' },
  'as-built': { type: 'boolean' },
});
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
if (!values['as-built']) build('dist/offline-files.json');

const entries = {
  'READ ME.txt': text(own('read-me.txt'), '\r\n'),
  'start-windows.bat': text(own('start.bat'), '\r\n'),
  'start-macos.command': [strToU8(own('start.sh')), PROGRAM],
  'start-linux.sh': [strToU8(own('start.sh')), PROGRAM],
  'serve/serve.mjs': strToU8(own('serve.mjs')),
  'serve/serve.py': strToU8(own('serve.py')),
  'serve/room.txt': strToU8(own('room.txt')),
  'serve/headers.json': strToU8(
    JSON.stringify({ 'Content-Security-Policy': POLICY, ...ISOLATION }, null, 2),
  ),
};
for (const name of readdirSync('dist', { recursive: true }).map(String).sort()) {
  const path = join('dist', name);
  if (!statSync(path).isFile() || name === '_headers') continue;
  const level = STORED.test(name) ? 0 : 6;
  entries[`site/${name.replaceAll('\\', '/')}`] = [new Uint8Array(readFileSync(path)), { level }];
}
const named = Object.fromEntries(
  Object.entries(entries).map(([name, entry]) => [`${FOLDER}/${name}`, entry]),
);
const bytes = zipSync(named, { mtime: new Date(2000, 0, 1) });
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, bytes);
console.log(`${values.out}: ${(bytes.length / 1e6).toFixed(1)} MB`);

/** Editors on Windows show lines only with its own ends. */
function text(lines, end) {
  return strToU8(lines.replaceAll('\n', end));
}
