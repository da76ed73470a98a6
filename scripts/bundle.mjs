/** @file Bundles and imports a TypeScript script; shared by scripts/*.mjs. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/bundled');

/** Bundles not used for this long are deleted. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** The exports of `entry`, a path under the repository's root. */
export const bundled = async (entry, settings) => import(await bundledUrl(entry, settings));

/** The URL of `entry`'s bundle, for a thread that imports it itself. */
export async function bundledUrl(entry, { define = {}, plugins = [] } = {}) {
  const { output } = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    define,
    plugins,
    build: { ssr: entry, write: false, target: 'node20', copyPublicDir: false },
  });
  const files = output.map((file) => [
    file.fileName,
    file.type === 'chunk' ? file.code : file.source,
  ]);
  const folder = written(entry.replaceAll('/', '-').replace(/\.ts$/, ''), files);
  const { fileName } = output.find((file) => file.type === 'chunk' && file.isEntry);
  return pathToFileURL(join(folder, fileName)).href;
}

/**
 * The folder with these files. It is named by what they contain and appears in one step: several processes bundle the
 * same script at once (the workers of a test run), and none may meet the half-written files of another.
 */
function written(name, files) {
  const hash = createHash('sha256');
  for (const [path, content] of files) hash.update(`${path}\0`).update(content).update('\0');
  const folder = join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  mkdirSync(CACHE, { recursive: true });
  discardOld();
  const fresh = mkdtempSync(join(CACHE, 'fresh-'));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(fresh, path)), { recursive: true });
    writeFileSync(join(fresh, path), content);
  }
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // otherwise another process was first, with the same files
  }
  return folder;
}

function discardOld() {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    try {
      if (Date.now() - statSync(path).mtimeMs > KEEP_MS)
        rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process deleted it first.
    }
  }
}
