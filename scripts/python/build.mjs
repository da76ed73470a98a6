/**
 * @file `npm run python:build [-- --wheel]`: what the Python package carries of the site, in
 * python/src/zebra_lab/static; --wheel also packs the wheel, into packages/python.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { ROOT, run } from '../interop/python.mjs';
import { optionsOf } from '../options.mjs';
import { packed, widget } from './widget.mjs';

const PACKAGE = join(ROOT, 'python');
const STATIC = join(PACKAGE, 'src/zebra_lab/static');

const { values } = optionsOf('npm run python:build [-- --wheel]', { wheel: { type: 'boolean' } });
mkdirSync(STATIC, { recursive: true });
const { code, moduleIds } = await widget();
save('widget.js', packed(code));
writeFileSync(
  join(STATIC, 'third-party-notices.txt'),
  noticesOf([...(await engine()), ...moduleIds]),
);
if (values.wheel)
  // Any Python with pip: what builds the wheel is fetched for it, and PyTorch is not needed.
  run(
    process.env.PYTHON ?? 'python3',
    '-m',
    'pip',
    'wheel',
    '--quiet',
    '--no-deps',
    '--wheel-dir',
    join(ROOT, 'packages/python'),
    PACKAGE,
  );

/** The pure functions, as one classic script. Returns its modules. */
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
  save('engine.js', code);
  return moduleIds;
}

function save(name, code) {
  writeFileSync(join(STATIC, name), code);
  const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
  console.log(`${name}: ${kB(code.length)}, ${kB(gzipSync(code).length)} compressed`);
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
      const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8')}`;
    })
    .join('\n\n');
}
