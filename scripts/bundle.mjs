/** @file Bundles and imports a TypeScript script; shared by scripts/*.mjs. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The exports of `entry`, a path under the repository's root. */
export async function bundled(entry) {
  const name = entry.replaceAll('/', '-').replace(/\.ts$/, '');
  const outDir = join(ROOT, 'node_modules/.cache', name);
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: { ssr: entry, outDir, emptyOutDir: true, target: 'node20', copyPublicDir: false },
  });
  const file = entry.split('/').at(-1).replace(/\.ts$/, '.js');
  return import(pathToFileURL(join(outDir, file)).href);
}
