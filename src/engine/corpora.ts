/** @file Fetches the prepared texts, once each. */
import { corpusOfText, type Corpus } from '../data/corpus';
import { preparedCorpus } from '../data/prepared';
import type { CorpusSource } from '../data/source';

const loaded = new Map<string, Promise<Corpus>>();

/** The text of a source: its files under `base`, or the person's own. */
export function corpusOf(
  source: CorpusSource,
  text: string | undefined,
  base: string,
): Promise<Corpus> {
  if (!source.file) return Promise.resolve(corpusOfText(text ?? ''));
  let corpus = loaded.get(source.id);
  if (!corpus) {
    corpus = load(source, base);
    loaded.set(source.id, corpus);
    corpus.catch(() => loaded.delete(source.id)); // so that Reset tries again
  }
  return corpus;
}

async function load(source: CorpusSource, base: string): Promise<Corpus> {
  const [description, text] = await Promise.all(
    (['json', 'txt'] as const).map(async (ending) => {
      const url = new URL(`${source.file}.${ending}`, base);
      const answer = await fetch(url).catch(() => undefined);
      if (!answer?.ok) {
        throw new Error(
          `The text '${source.label}' could not be loaded (${url.pathname}: ${answer ? answer.status : 'no answer'}). Check the connection and press Reset.`,
        );
      }
      return answer.text();
    }),
  );
  return preparedCorpus(source, JSON.parse(description!), text!);
}
