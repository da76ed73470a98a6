/** @file One of the site's texts as training data, made from its two files as its source specifies. */
import { parseCorpus, type Corpus } from './corpus';
import { repeated } from './repeat';
import type { CorpusSource } from './source';

/** `description` and `text` are the two files that scripts/build/texts.mjs wrote for the source. */
export function preparedCorpus(source: CorpusSource, description: unknown, text: string): Corpus {
  const corpus = parseCorpus(description, text);
  return source.repeat ? { ...repeated(corpus, source.repeat), title: source.label } : corpus;
}
