/** @file The person's own text: it stays in this tab, and is checked before a run is built on it. */
import { check, InputError } from '../core/check';
import { formatInteger } from '../core/units';
import { checkContext, corpusOfText, documentsOf, type Corpus } from '../data/corpus';
import type { Letters } from '../data/source';
import { isOwnText, sourceOf, type RunSpec } from '../spec/run';

export { isOwnText };

/** Why a text cannot be trained on with these settings, in the words of the corpus itself; undefined where it can, or is not asked for. */
export function refusalOf(text: string, spec: RunSpec): string | undefined {
  const source = sourceOf(spec);
  if (source.kind !== 'corpus' || !isOwnText(spec)) return undefined;
  const { alphabet, context } = spec;
  // A long text takes a while, and every setting that is changed asks again.
  if (text !== last?.text || alphabet !== last.alphabet || context !== last.context)
    last = { text, alphabet, context, why: whyNot(text, source.vocabulary, context) };
  return last.why;
}

let last:
  | {
      readonly text: string;
      readonly alphabet: string;
      readonly context: number;
      readonly why: string | undefined;
    }
  | undefined;

function whyNot(text: string, letters: Letters, T: number): string | undefined {
  try {
    const corpus = corpusOfText(text, letters);
    checkHeldOut(corpus, letters, T);
    checkContext(corpus, T);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** A short text has too little held out for a long context: what would do. */
function checkHeldOut(corpus: Corpus, { bytes }: Letters, T: number): void {
  const longest = Math.max(
    ...documentsOf(corpus, 'validation').map(({ start, end }) => end - start),
  );
  const unit = bytes ? 'bytes' : 'characters';
  check(
    longest > T || documentsOf(corpus, 'validation').length > 1,
    `the last tenth of your text is held out and has ${formatInteger(longest)} ${unit}, too few for a context of ${T}: ` +
      `take a context of ${8 * Math.floor((longest - 1) / 8)} or less, or a text of ${formatInteger(10 * (T + 1))} ${unit} or more`,
  );
}
