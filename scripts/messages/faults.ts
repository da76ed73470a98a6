/** @file What can be seen to be wrong in a translation without knowing its language. */
import { parseMessage, type Part } from './message.ts';

/** Sentences, for translators; none if nothing was found. */
export function faultsOf(message: string, translation: string): readonly string[] {
  const faults: string[] = [];
  const compare = (what: string, of: (text: string) => readonly string[]) => {
    const missing = without(of(message), of(translation));
    const added = without(of(translation), of(message));
    if (missing.length > 0) faults.push(`lacks ${what} ${missing.join(' ')}`);
    if (added.length > 0) faults.push(`has ${what} ${added.join(' ')}, which the message has not`);
  };
  try {
    // Values may be repeated; a language may need one more often.
    compare('the placeholder', (text) => [...new Set(placeholders(parseMessage(text)))]);
  } catch (error) {
    faults.push((error as Error).message);
  }
  compare('the link', (text) => [...text.matchAll(/\]\(([^)]*)\)/g)].map((one) => one[1]!));
  compare('the formula', (text) => text.match(/\$[^$]+\$/g) ?? []);
  compare('the code', (text) => text.match(/`[^`]+`/g) ?? []);
  compare('the note', (text) => text.match(/\{[a-zA-Z, ]+:/g) ?? []);
  compare('the HTML', (text) => text.match(/<\/?[a-z][^>]*>/g) ?? []);
  compare('the number', numbers);
  if (
    /^\s/.test(message) !== /^\s/.test(translation) ||
    /\s$/.test(message) !== /\s$/.test(translation)
  )
    faults.push('begins or ends with a space, unlike the message, or lacks one');
  if ((message.match(/\*\*/g) ?? []).length !== (translation.match(/\*\*/g) ?? []).length)
    faults.push('has other words in bold');
  return faults;
}

const placeholders = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part) => {
    if (part.kind === 'text') return [];
    if (part.kind === 'element' && part.inner)
      return [`<${part.index}>`, ...placeholders(part.inner)];
    if (part.kind === 'element') return [`<${part.index}/>`];
    return [part.kind === 'choice' ? `{${part.index}:…}` : `{${part.index}}`];
  });

/** Their digits alone: languages group and separate them in different ways. Formulas, code and links are compared elsewhere. */
const numbers = (text: string): readonly string[] =>
  (
    text
      .replaceAll(/\$[^$]+\$|`[^`]+`|\]\([^)]*\)|\{\d+(?=[:}])|<\/?\d+\/?>/g, ' ')
      .match(/\d+([.,\s]\d{3})*([.,]\d+)?/g) ?? []
  ).map((one) => one.replaceAll(/\D/g, ''));

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return all.filter((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
