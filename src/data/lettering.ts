/** @file Prompts to tokens and tokens to text: for text, for tasks, and for models with an unknown vocabulary. */
import { check } from '../core/check';
import type { Source } from './source';
import type { Letters, Vocabulary } from './vocabulary';
import { piecesOf } from './utf8';

export interface ReadPrompt {
  readonly tokens: Int32Array;
  /** Characters (of an imported model, words) that have no token, with how often each occurs. */
  readonly strange: ReadonlyMap<string, number>;
  /** What happens to them, in words. */
  readonly becomes: string;
}

export interface Lettering {
  readonly vocabulary: Vocabulary;
  /** How to type a prompt, in a few words. */
  readonly hint: string;
  read(prompt: string): ReadPrompt;
  write(tokens: Iterable<number>): string;
  /** What each token adds to the text: nothing while a character is incomplete. */
  pieces(tokens: Iterable<number>): readonly string[];
  /** Tokens are bytes of UTF-8. */
  readonly bytes?: true;
}

export function letteringOf(source: Pick<Source, 'kind' | 'vocabulary'>): Lettering {
  return source.kind === 'corpus'
    ? text(source.vocabulary as Letters)
    : characters(source.vocabulary);
}

/** For a text in this vocabulary. */
export const text = (letters: Letters): Lettering => ({
  vocabulary: letters,
  hint: 'any text',
  ...(letters.bytes && { bytes: true }),
  read: (prompt) => ({
    tokens: Int32Array.from(letters.encode(letters.normalise(prompt))),
    strange: letters.strangers(prompt),
    becomes: `read as “unknown” (${letters.unknown})`,
  }),
  write: letters.decode,
  pieces: letters.bytes ? piecesOf : (tokens) => Array.from(tokens, (id) => letters.decode([id])),
});

/** One character per token; spaces only make it legible. */
function characters(vocabulary: Vocabulary): Lettering {
  const ids = new Map(
    Array.from({ length: vocabulary.size }, (_, id) => [vocabulary.label(id), id]),
  );
  return {
    vocabulary,
    hint: `characters from ${[...ids.keys()].join(' ')}`,
    read(prompt) {
      const strange = new Map<string, number>();
      const tokens: number[] = [];
      for (const character of prompt.replace(/\s/gu, '')) {
        const id = ids.get(character);
        if (id === undefined) strange.set(character, (strange.get(character) ?? 0) + 1);
        else tokens.push(id);
      }
      return { tokens: Int32Array.from(tokens), strange, becomes: 'left out' };
    },
    write: (tokens) => Array.from(tokens, (id) => vocabulary.label(id)).join(''),
    pieces: (tokens) => Array.from(tokens, (id) => vocabulary.label(id)),
  };
}

/** For an imported model: its tokens are numbers. */
export function numbered(size: number): Lettering {
  check(size >= 1, `the vocabulary has ${size} tokens; it should have at least 1`);
  const vocabulary = { size, label: (id: number) => String(id) };
  return {
    vocabulary,
    hint: `token ids from 0 to ${size - 1}, with spaces between`,
    read(prompt) {
      const words = prompt.split(/[\s,]+/u).filter(Boolean);
      const strange = new Map<string, number>();
      const tokens = words.flatMap((word) => {
        const id = /^\d{1,9}$/u.test(word) ? Number(word) : -1;
        if (id >= 0 && id < size) return [id];
        strange.set(word, (strange.get(word) ?? 0) + 1);
        return [];
      });
      return { tokens: Int32Array.from(tokens), strange, becomes: 'left out' };
    },
    write: (tokens) => Array.from(tokens, String).join(' '),
    pieces: (tokens) => Array.from(tokens, String),
  };
}

/** For an imported model whose tokens are single characters. */
export function lettered(labels: readonly string[]): Lettering {
  const one = characters({ size: labels.length, label: (id) => labels[id] ?? '\uFFFD' });
  const ids = new Map(labels.map((label, id) => [label, id]));
  return {
    ...one,
    hint: 'any text in the model’s characters',
    read(prompt) {
      const strange = new Map<string, number>();
      const tokens = [...prompt].flatMap((character) => {
        const id = ids.get(character);
        if (id === undefined) strange.set(character, (strange.get(character) ?? 0) + 1);
        return id ?? [];
      });
      return { tokens: Int32Array.from(tokens), strange, becomes: 'left out' };
    },
  };
}
