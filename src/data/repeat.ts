/** @file A text in which every passage is repeated several times: A A B B C C … */
import { check } from '../core/check';
import type { Corpus, CorpusDocument } from './corpus';
import type { Repeat } from './source';

/**
 * Each document is cut into passages from its start, ignoring words, and each passage is written `times` times in a
 * row. The remainder at the end of a document is dropped: repeated, it would be nearer than the others. A document
 * shorter than one passage is dropped entirely.
 */
export function repeated(corpus: Corpus, { passage, times }: Repeat): Corpus {
  for (const [name, value] of Object.entries({ passage, times })) {
    check(
      Number.isSafeInteger(value) && value >= 1,
      `${name} is ${value}; it should be a whole number, 1 or more`,
    );
  }
  const passages = ({ start, end }: CorpusDocument) => Math.floor((end - start) / passage);
  const kept = corpus.documents.filter((document) => passages(document) > 0);
  const length = kept.reduce((sum, document) => sum + passages(document) * passage * times, 0);
  const ids = new (corpus.ids instanceof Uint16Array ? Uint16Array : Uint8Array)(length);
  const documents: CorpusDocument[] = [];
  let at = 0;
  for (const document of kept) {
    const start = at;
    for (let i = 0; i < passages(document); i++) {
      const from = document.start + i * passage;
      const said = corpus.ids.subarray(from, from + passage);
      for (let time = 0; time < times; time++, at += passage) ids.set(said, at);
    }
    documents.push({ ...document, start, end: at });
  }
  return { ...corpus, documents, ids };
}
