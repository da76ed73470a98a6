/**
 * @file `npm run measure:far`: the value of reading far back in each text of the site, as a table (a minute on one core).
 *
 *   npm run measure:far -- [--only WORD] [--write]
 *
 * --write counts at more lengths and saves the result in src/data/far/counted.json, which the pages read.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { optionsOf } from '../options.mjs';
import { curveOf, farOf, sampleOf } from '../../src/data/far/far';
import { HISTORIES } from '../../src/data/far/counted';
import { sources } from '../../src/data/registry';
import type { CorpusSource } from '../../src/data/source';
import { corpusOf, surroundings, type Surroundings } from '../record/surroundings';

const texts = sources.all.filter(
  (source): source is CorpusSource & { readonly file: string } =>
    source.kind === 'corpus' && source.file !== undefined,
);

/** The reach of four local layers of window 8, 16 and 32, compared with a context of 512. */
const REACHES = [29, 61, 125];
const CONTEXT = 512;

/** All held-out characters, counted after all training characters. */
function count(source: CorpusSource, around: Surroundings) {
  const corpus = corpusOf(source, around);
  const [train, held] = [sampleOf(corpus, 'train'), sampleOf(corpus, 'validation')];
  return {
    characters: held.reduce((sum, ids) => sum + ids.length, 0),
    rows: REACHES.map((reach) => ({ reach, ...farOf(train, held, reach, CONTEXT) })),
  };
}

/** As stored: losses to four decimals. */
function kept(source: CorpusSource & { readonly file: string }, around: Surroundings) {
  const corpus = corpusOf(source, around);
  const { sha256 } = around.corpus(source.file).description as { readonly sha256: string };
  const { characters, base, losses } = curveOf(
    sampleOf(corpus, 'train'),
    sampleOf(corpus, 'validation'),
    HISTORIES,
  );
  const rounded = (loss: number) => Number(loss.toFixed(4));
  return { sha256, characters, base: rounded(base), losses: losses.map(rounded) };
}

const KEPT = 'src/data/far/counted.json';
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

export async function main(given: readonly string[]): Promise<void> {
  const { values } = optionsOf(
    'npm run measure:far -- [--only WORD] [--write]',
    { only: { type: 'string' }, write: { type: 'boolean' } },
    { given },
  );
  const around = await surroundings();
  const asked = texts.filter(({ id }) => id.includes(values.only ?? ''));

  console.log(`Nats per held-out character; context ${CONTEXT}; ± one standard error`);
  console.log(
    `| text | held out | order 6 | reach | + copy within it | + copy within ${CONTEXT} | worth |`,
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const text of asked) {
    const { characters, rows } = count(text, around);
    for (const { reach, base, near, far, gain, error } of rows) {
      const losses = [base.toFixed(3), reach, near.toFixed(3), far.toFixed(3)];
      console.log(
        `| ${text.id} | ${characters} | ${losses.join(' | ')} | ${percent(gain)} ± ${percent(error)} |`,
      );
    }
  }
  if (!values.write) return;
  const all = JSON.parse(readFileSync(KEPT, 'utf8')) as Record<string, unknown>;
  for (const text of asked) all[text.id] = kept(text, around);
  const options = await resolveConfig(KEPT);
  writeFileSync(KEPT, await format(JSON.stringify(all), { ...options, filepath: KEPT }));
}
