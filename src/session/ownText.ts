/** @file The user's own text: it stays in this tab, and is checked before a run is built on it. */
import { InputError } from '../core/check';
import { corpusOfText } from '../data/ownText';
import { noRoom, type Refusal } from '../data/room';
import type { Letters } from '../data/vocabulary';
import { isOwnText, sourceOf, type RunSpec } from '../spec/run';
import { DEFAULTS } from '../spec/controls';

export { isOwnText, type Refusal };

/**
 * Why a text cannot be trained on with these settings, in the corpus's own words; undefined if it can, or is not
 * requested.
 */
export function refusalOf(text: string, spec: RunSpec): Refusal | undefined {
  const source = sourceOf(spec);
  if (source.kind !== 'corpus' || !isOwnText(spec)) return undefined;
  const { alphabet, context } = spec;
  // A long text takes a while to check, and every changed setting checks again.
  if (text !== last?.text || alphabet !== last.alphabet || context !== last.context)
    last = { text, alphabet, context, why: whyNot(text, source.vocabulary, context) };
  return last.why;
}

/**
 * The settings to train while a text is missing or refused: the same ones with the previous training data, or with the
 * default text; undefined if runs on an earlier text of the user's continue instead.
 */
export function standIn(
  asked: RunSpec,
  training: Pick<RunSpec, 'task'> = DEFAULTS,
): RunSpec | undefined {
  return isOwnText(training) ? undefined : { ...asked, task: training.task, alphabet: '' };
}

let last:
  | {
      readonly text: string;
      readonly alphabet: string;
      readonly context: number;
      readonly why: Refusal | undefined;
    }
  | undefined;

function whyNot(text: string, letters: Letters, T: number): Refusal | undefined {
  try {
    return noRoom(corpusOfText(text, letters), text, letters, T);
  } catch (error) {
    if (error instanceof InputError) return { why: error.message };
    throw error;
  }
}
