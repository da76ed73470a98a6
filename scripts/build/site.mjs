/** @file Builds the site in English, and then in every other language into the same folder. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundle.mjs';
import { optionsOf } from '../options.mjs';
import { builtFiles, writeList } from './offline.mjs';

const { outDir } = optionsOf('Usage: npm run build [-- --outDir FOLDER]', {
  outDir: { type: 'string', default: 'dist' },
}).values;

const { ALL_LANGUAGES } = await bundled('src/core/language.ts');
const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
for (const { tag, name } of ALL_LANGUAGES) {
  console.log(`\n${name}`);
  const { status } = spawnSync(
    process.execPath,
    [vite, 'build', '--logLevel', 'warn', '--outDir', outDir],
    { stdio: 'inherit', env: { ...process.env, ZEBRA_LANGUAGE: tag, ZEBRA_SITE: '1' } },
  );
  if (status !== 0) process.exit(status ?? 1);
}

// Which files only pages in one language need, so that readers take along their own language and English: the site's
// root, short links and links from before there were languages are English pages.
const built = (tag) => JSON.parse(readFileSync(builtFiles(tag), 'utf8'));
const [english, ...others] = ALL_LANGUAGES.map(({ tag }) => [tag, built(tag)]);
const inEnglish = new Set(english[1]);
const languages = new Map(
  others.map(([tag, files]) => [tag, new Set(files.filter((file) => !inEnglish.has(file)))]),
);
writeList(outDir, languages);
