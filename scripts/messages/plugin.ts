/** @file Translates the messages of the source while the site is built in a language other than English, for Vite. */
import { relative } from 'node:path';
import type { Plugin } from 'vite';
import { applied } from './apply.ts';
import { hasMessages } from './files.ts';
import type { Language } from '../../src/core/languages.ts';
import type { Translations } from './lookup.ts';
import { messagesIn } from './scan.ts';

export function messages(root: string, language: Language, { site }: Translations): Plugin {
  return {
    name: 'zebra-messages',
    enforce: 'pre',
    transform: {
      order: 'pre',
      handler(code, id) {
        const path = relative(root, id).replaceAll('\\', '/');
        if (id.includes('?') || !hasMessages(path)) return undefined;
        const translated = applied(
          code,
          messagesIn(path, code),
          (message) => site(message, path),
          language.tag,
        );
        return { code: translated, map: null };
      },
    },
  };
}
