/** @file What reading far is worth in the texts of the site: the counts behind src/data/far/counted.json. */
import { curveOf, farOf, sampleOf } from '../../src/data/far/far';
import { HISTORIES } from '../../src/data/far/counted';
import { sources } from '../../src/data/registry';
import type { CorpusSource } from '../../src/data/source';
import { corpusOf, type Surroundings } from '../record/surroundings';

export const texts = sources.all.filter(
  (source): source is CorpusSource & { readonly file: string } =>
    source.kind === 'corpus' && source.file !== undefined,
);

/** What four local layers of window 8, 16 and 32 reach, against a context of 512. */
export const REACHES = [29, 61, 125];
export const CONTEXT = 512;

/** All held-out characters, counted after all training characters. */
export function count(source: CorpusSource, around: Surroundings) {
  const corpus = corpusOf(source, around);
  const [train, held] = [sampleOf(corpus, 'train'), sampleOf(corpus, 'validation')];
  return {
    characters: held.reduce((sum, ids) => sum + ids.length, 0),
    rows: REACHES.map((reach) => ({ reach, ...farOf(train, held, reach, CONTEXT) })),
  };
}

/** As it is kept: losses to four decimals. */
export function kept(source: CorpusSource & { readonly file: string }, around: Surroundings) {
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
