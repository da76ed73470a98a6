/** @file Fetches the prepared texts, once each. */
import type { Corpus } from '../data/corpus';
import { corpusOfText } from '../data/ownText';
import { preparedCorpus } from '../data/prepared';
import type { CorpusSource } from '../data/source';
import { fetchedText, reasonOf } from '../workers/fetched';
import { Failed } from './failures';

const loaded = new Map<string, Promise<Corpus>>();

/** The text of a source: its files under `base`, or the user's own. */
export function corpusOf(
  source: CorpusSource,
  text: string | undefined,
  base: string,
): Promise<Corpus> {
  if (!source.file) return Promise.resolve(corpusOfText(text ?? '', source.vocabulary));
  let corpus = loaded.get(source.id);
  if (!corpus) {
    corpus = load(source, base);
    loaded.set(source.id, corpus);
    corpus.catch(() => loaded.delete(source.id)); // so that it is tried again
  }
  return corpus;
}

async function load(source: CorpusSource, base: string): Promise<Corpus> {
  const [description, text] = await Promise.all(
    (['json', 'txt'] as const).map((ending) => {
      const url = new URL(`${source.file}.${ending}`, base);
      return fetchedText(url).catch((cause: unknown) => {
        const message = `The text '${source.label}' could not be loaded (${url.pathname}: ${reasonOf(cause)}).`;
        throw new Failed({ kind: 'noText', message }, message, { cause });
      });
    }),
  );
  return preparedCorpus(source, JSON.parse(description!), text!);
}
