/** @file The person's own text: it stays in this tab, and is checked before a run is built on it. */
import { check } from '../core/check';
import { checkContext, corpusOfText } from '../data/corpus';
import { sources } from '../data/registry';
import type { RunSpec } from '../spec/run';

export function isOwnText({ task }: RunSpec): boolean {
  const source = sources.get(task);
  return source.kind === 'corpus' && source.file === undefined;
}

/** Refuses a text that cannot be trained on with this context, in the words of the corpus itself. */
export function checkText(text: string, { context }: RunSpec): void {
  check(text.trim().length > 0, 'there is no text yet; paste one, or open a .txt file');
  checkContext(corpusOfText(text), context);
}
