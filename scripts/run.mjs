/**
 * @file Runs a script written in TypeScript: `node scripts/run.mjs scripts/bench/cache.ts [arguments]`.
 *
 * It is bundled by Vite first, since the site's registries are found by `import.meta.glob`, and its `main` is called
 * with the arguments. It runs at the repository's root.
 */
import { fileURLToPath } from 'node:url';
import { bundled } from './bundle.mjs';

const [entry, ...given] = process.argv.slice(2);
if (!/^scripts\/.*\.ts$/.test(entry ?? '')) {
  console.error('Usage: node scripts/run.mjs scripts/FOLDER/NAME.ts [arguments]');
  process.exit(2);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { main } = await bundled(entry);
await main(given);
