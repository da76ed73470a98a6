/**
 * @file `npm run python:build [-- --wheel]`: what the Python package carries of the site, in
 * python/src/zebra_lab/static; --wheel also packs the wheel, into packages/python.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { python, ROOT, run } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';
import { packed, widget } from './widget.mjs';

const PACKAGE = join(ROOT, 'python');
const STATIC = join(PACKAGE, 'src/zebra_lab/static');

const { values } = optionsOf('npm run python:build [-- --wheel]', { wheel: { type: 'boolean' } });
mkdirSync(STATIC, { recursive: true });
await engine();
save('widget.js', packed(await widget()));
if (values.wheel)
  run(
    python(),
    '-m',
    'pip',
    'wheel',
    '--quiet',
    '--no-deps',
    '--wheel-dir',
    join(ROOT, 'packages/python'),
    PACKAGE,
  );

/** The pure functions, as one classic script. */
async function engine() {
  const [{ output }] = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: {
      lib: {
        entry: 'src/notebook/engine.ts',
        name: 'zebraLabEngine',
        formats: ['iife'],
        fileName: 'engine',
      },
      target: 'es2022',
      write: false,
      copyPublicDir: false,
    },
  });
  const [{ code }] = output;
  save('engine.js', code);
}

function save(name, code) {
  writeFileSync(join(STATIC, name), code);
  const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(`${name}: ${kB(code.length)}, ${kB(gzipSync(code).length)} compressed`);
}
