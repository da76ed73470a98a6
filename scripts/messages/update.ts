/**
 * @file `npm run messages`: brings the message files up to date with the source. New messages are added without a
 * translation. If a message has changed, its translation is kept and marked as `fuzzy` until a translator has looked at
 * it. `--check` changes nothing, lists what is missing, changed or wrong, and fails if there is anything.
 */
import { readCatalog, writeCatalog, type Catalog, type Translation } from './catalog';
import { allMessages, type Entry } from './all';
import { fileOf, SITE } from './files';
import { LANGUAGES, type Language } from '../../src/core/languages';
import { faultsOf } from './faults';

/** The parts that this language translates, with their messages. */
export function partsOf(
  { lessons, guides }: Language,
  all: ReadonlyMap<string, readonly Entry[]>,
): ReadonlyMap<string, readonly Entry[]> {
  return new Map(
    [...all]
      .filter(([part]) => part === SITE || !lessons || lessons.includes(part))
      .map(([part, entries]) => [
        part,
        guides
          ? entries
          : entries.filter(({ files }) => files.some((file) => !file.endsWith('/guide.md'))),
      ]),
  );
}

/** Keeps the translations of messages that are still there, and those of similar ones as `changedFrom`. */
export function updated(entries: readonly Entry[], catalog: Catalog): Catalog {
  const there = new Set(entries.map(({ message }) => message));
  const gone = [...catalog].filter(([key]) => !key.includes('\u0004') && !there.has(key));
  const next = new Map<string, Translation>(
    [...catalog].filter(([key]) => there.has(key.split('\u0004')[0]!)),
  );
  for (const { message } of entries) {
    if (next.has(message)) continue;
    const best = gone
      .map(([from, { text }]) => ({ from, text, likeness: likeness(from, message) }))
      .sort((a, b) => b.likeness - a.likeness)[0];
    if (best && best.likeness > 0.6) next.set(message, { text: best.text, changedFrom: best.from });
  }
  return next;
}

/** The share of words that two messages have in common, from 0 to 1; 0 for messages of one word or two. */
export function likeness(a: string, b: string): number {
  const words = (text: string) => text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];
  const rest = [...words(b)];
  const all = words(a).length + rest.length;
  let common = 0;
  for (const word of words(a)) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    rest.splice(at, 1);
    common++;
  }
  return all < 6 ? 0 : (2 * common) / all;
}

export function main(given: readonly string[]): void {
  const root = process.cwd();
  const onlyCheck = given.includes('--check');
  const all = allMessages(root);
  let faults = 0;
  for (const language of LANGUAGES) {
    let missing = 0;
    let changed = 0;
    let total = 0;
    for (const [part, entries] of partsOf(language, all)) {
      const path = fileOf(root, language.tag, part);
      const before = readCatalog(path);
      const catalog = updated(entries, before);
      total += entries.length;
      for (const { message, files } of entries) {
        const translation = catalog.get(message);
        const say = (what: string) => {
          faults++;
          if (onlyCheck)
            console.log(`${language.tag}/${part} (${files[0]}): ${what}\n    ${message}`);
        };
        if (!translation) {
          missing++;
          say('not translated');
        } else if (translation.changedFrom !== undefined) {
          changed++;
          say(`changed since it was translated; the translation is of '${translation.changedFrom}'`);
        } else for (const fault of faultsOf(message, translation.text)) say(`${fault}: '${translation.text}'`); // prettier-ignore
      }
      if (onlyCheck) {
        const stale = [...before.keys()].filter((key) => !catalog.has(key));
        if (stale.length > 0) {
          faults++;
          console.log(
            `${language.tag}/${part}: ${stale.length} translations of messages that are gone; run npm run messages`,
          );
        }
      } else writeCatalog(path, language.tag, entries, catalog);
    }
    console.log(
      `${language.name}: ${total} messages, ${missing} without a translation, ${changed} changed since`,
    );
  }
  if (onlyCheck && faults > 0) process.exitCode = 1;
}
