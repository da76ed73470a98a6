/**
 * @file `npm run scorm -- LESSON`: a SCORM 1.2 package of one lesson, or of each, from the built site.
 *
 * The page `#/teach` makes the same packages without a command.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../built.mjs';
import { bundled } from '../bundle.mjs';
import { lessonFiles } from '../lessons/files.mjs';
import { optionsOf } from '../options.mjs';

const USAGE = `npm run scorm -- LESSON [--out DIR] [--as-built]
  LESSON      an id (03-reach), a number (3), or all
  --out DIR   where packages are written; packages/ if not given
  --as-built  takes dist/ as it is, even if it is older than its sources`;

const { positionals, values } = optionsOf(
  USAGE,
  {
    out: { type: 'string', default: 'packages' },
    'as-built': { type: 'boolean' },
    language: { type: 'string' },
  },
  { allowPositionals: true },
);
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const ids = Object.keys(lessonFiles());
const [asked, ...more] = positionals;
const chosen = asked === 'all' ? ids : ids.filter((id) => id === asked || isNumber(id, asked));
if (chosen.length === 0 || more.length > 0) {
  console.error(
    asked === undefined || more.length > 0
      ? USAGE
      : `No lesson is called '${asked}'; there are ${ids.join(', ')}.`,
  );
  process.exit(2);
}
const { languageOf, translationsOf } = await bundled('scripts/messages/lookup.ts');
const language = languageOf(values.language); // refuses a language that the site does not have
const translations = translationsOf('.', language);
const folder = language.tag === 'en' ? '' : `${language.tag}/`;

if (!values['as-built']) build(`dist/${folder}package-files.json`);

const { makePackage } = await bundled('src/app/teach/package/make.ts');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const { readDocument } = await bundled('src/lessons/document.ts');
const list = readFileSync(`dist/${folder}package-files.json`, 'utf8');
mkdirSync(values.out, { recursive: true });
for (const id of chosen) {
  const title = translations.lesson(id, readDocument(id, lessonFiles()[id]).title);
  const { name, bytes } = await makePackage({ lesson: id, title, version }, list, (path) =>
    Promise.resolve(new Uint8Array(readFileSync(join('dist', path)))),
  );
  const own = folder === '' ? name : name.replace(/(?=-scorm12)/, `-${language.tag}`);
  writeFileSync(join(values.out, own), bytes);
  console.log(`${join(values.out, own)}: ${(bytes.length / 1e6).toFixed(1)} MB`);
}

function isNumber(id, text) {
  return /^\d{1,2}$/.test(text ?? '') && Number(id.slice(0, 2)) === Number(text);
}
