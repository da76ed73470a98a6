/**
 * @file `npm run measure:far`: what reading far is worth in each text, as a table (a minute on one core).
 *
 *   npm run measure:far -- [--only WORD] [--write]
 *
 * --write counts at more lengths and keeps that in src/data/far/counted.json, from which the pages read.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { surroundings } from '../record/around.mjs';
import { bundled } from '../bundle.mjs';

const KEPT = fileURLToPath(new URL('../../src/data/far/counted.json', import.meta.url));
const { texts, count, kept, CONTEXT } = await bundled('scripts/measure/far.ts');
const around = await surroundings();
const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]
  : '';
const asked = texts.filter(({ id }) => id.includes(only));
const percent = (share) => `${(100 * share).toFixed(1)} %`;

console.log(`Nats per held-out character; context ${CONTEXT}; ± one standard error`);
console.log(
  `| text | held out | order 6 | reach | + copy within it | + copy within ${CONTEXT} | worth |`,
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const text of asked) {
  const { characters, rows } = count(text, around);
  for (const { reach, base, near, far, gain, error } of rows) {
    const losses = [base, reach, near, far].map((n) => (n === reach ? n : n.toFixed(3)));
    console.log(
      `| ${text.id} | ${characters} | ${losses.join(' | ')} | ${percent(gain)} ± ${percent(error)} |`,
    );
  }
}
if (process.argv.includes('--write')) {
  const all = JSON.parse(readFileSync(KEPT, 'utf8'));
  for (const text of asked) all[text.id] = kept(text, around);
  const options = await resolveConfig(KEPT);
  writeFileSync(KEPT, await format(JSON.stringify(all), { ...options, filepath: KEPT }));
}
