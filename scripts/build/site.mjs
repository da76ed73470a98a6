/** @file Builds the site in English, and then in every other language into the same folder. Arguments go to Vite. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundle.mjs';

const { ALL_LANGUAGES } = await bundled('src/core/language.ts');
const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
for (const { tag, name } of ALL_LANGUAGES) {
  console.log(`\n${name}`);
  const { status } = spawnSync(
    process.execPath,
    [vite, 'build', '--logLevel', 'warn', ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, ZEBRA_LANGUAGE: tag } },
  );
  if (status !== 0) process.exit(status ?? 1);
}
