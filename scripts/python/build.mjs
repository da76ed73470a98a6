/**
 * @file `npm run python:build [-- --wheel]`: what the Python package carries of the site, in
 * python/src/zebra_lab/static; --wheel also packs the wheel, into packages/python.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { python, ROOT, run } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';

const PACKAGE = join(ROOT, 'python');
const STATIC = join(PACKAGE, 'src/zebra_lab/static');

const { values } = optionsOf('npm run python:build [-- --wheel]', { wheel: { type: 'boolean' } });
mkdirSync(STATIC, { recursive: true });
await engine();
if (values.wheel)
  run(
    python(),
    '-m',
    'pip',
    'wheel',
    '--quiet',
    '--no-deps',
    '--no-build-isolation',
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
  const [{ code, moduleIds }] = output;
  writeFileSync(join(STATIC, 'engine.js'), code);
  writeFileSync(join(STATIC, 'third-party-notices.txt'), noticesOf(moduleIds));
  console.log(`engine.js: ${Math.round(code.length / 1000)} kB`);
}

/** The licences of the packages that these modules are from. */
function noticesOf(modules) {
  const packages = new Set(
    modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map((name) => {
      const folder = join(ROOT, 'node_modules', name);
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`;
    })
    .join('\n\n');
}
