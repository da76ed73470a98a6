/** @file Message files: gettext PO, which translators' programs open, one for the site and one for each lesson. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { po, type GetTextTranslation, type GetTextTranslations } from 'gettext-parser';
import type { Entry } from './all.ts';

export interface Translation {
  readonly text: string;
  /** The English it was made from, if that has changed since. */
  readonly changedFrom?: string | undefined;
}

/** Translations by message. A key with a file, 'message\u0004src/app/App.svelte', is for that file alone. */
export type Catalog = ReadonlyMap<string, Translation>;

export const keyIn = (message: string, file: string): string => `${message}\u0004${file}`;

/** An empty catalog if there is no file. Throws Error if it cannot be read. */
export function readCatalog(path: string): Catalog {
  const catalog = new Map<string, Translation>();
  if (!existsSync(path)) return catalog;
  const { translations } = po.parse(readFileSync(path));
  for (const [file, all] of Object.entries(translations)) {
    for (const { msgid, msgstr, comments } of Object.values(all)) {
      const text = msgstr[0] ?? '';
      if (msgid === '' || text === '') continue;
      const isChanged = comments?.flag?.includes('fuzzy') ?? false;
      const changedFrom = isChanged ? unquoted(comments?.previous ?? '') : undefined;
      catalog.set(file === '' ? msgid : keyIn(msgid, file), { text, changedFrom });
    }
  }
  return catalog;
}

const quoted = (text: string): string => JSON.stringify(text);
const unquoted = (previous: string): string => {
  try {
    return JSON.parse(previous.replace(/^msgid /, '')) as string;
  } catch {
    return previous;
  }
};

/** Writes the entries with their translations; translations of messages that are gone are left out. */
export function writeCatalog(
  path: string,
  language: string,
  entries: readonly Entry[],
  catalog: Catalog,
): void {
  const own: Record<string, GetTextTranslation> = { '': { msgid: '', msgstr: [] } };
  const translations: Record<string, Record<string, GetTextTranslation>> = { '': own };
  for (const { message, files, notes } of entries) {
    own[message] = translationOf(message, files, notes, catalog.get(message));
    for (const file of files) {
      const special = catalog.get(keyIn(message, file));
      if (!special) continue;
      (translations[file] ??= {})[message] = {
        ...translationOf(message, [file], notes, special),
        msgctxt: file,
      };
    }
  }
  const data: GetTextTranslations = {
    charset: 'utf-8',
    headers: {
      Language: language,
      'MIME-Version': '1.0',
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Transfer-Encoding': '8bit',
    },
    translations,
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${po.compile(data, { foldLength: 120 }).toString('utf8').trimEnd()}\n`);
}

function translationOf(
  message: string,
  files: readonly string[],
  notes: readonly string[],
  translation: Translation | undefined,
): GetTextTranslation {
  const { text = '', changedFrom } = translation ?? {};
  return {
    msgid: message,
    msgstr: [text],
    comments: {
      translator: '',
      reference: files.join('\n'),
      extracted: notes.join('\n'),
      flag: changedFrom === undefined ? '' : 'fuzzy',
      previous: changedFrom === undefined ? '' : `msgid ${quoted(changedFrom)}`,
    },
  };
}
