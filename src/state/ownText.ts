/** @file The person's own text: it stays in this tab, and is checked before a run is built on it. */
import { InputError } from '../core/check';
import { checkContext, corpusOfText } from '../data/corpus';
import { isOwnText, sourceOf, type RunSpec } from '../spec/run';

export { isOwnText };

/** Why a text cannot be trained on with these settings, in the words of the corpus itself; undefined where it can, or is not asked for. */
export function refusalOf(text: string, spec: RunSpec): string | undefined {
  const source = sourceOf(spec);
  if (source.kind !== 'corpus' || !isOwnText(spec)) return undefined;
  try {
    checkContext(corpusOfText(text, source.vocabulary), spec.context);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
