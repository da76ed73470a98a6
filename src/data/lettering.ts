/** @file A prompt as tokens and tokens as text, for text, for tasks, and for models whose vocabulary nobody gave. */
import { check } from '../core/check';
import { decode, encode, normalise, strangers } from './characters';
import type { Source, Vocabulary } from './source';

export interface ReadPrompt {
  readonly tokens: Int32Array;
  /** What has no token of its own, and how often; in words what became of it. */
  readonly strange: ReadonlyMap<string, number>;
  readonly becomes: string;
}

export interface Lettering {
  readonly vocabulary: Vocabulary;
  /** How a prompt is typed, in a few words. */
  readonly hint: string;
  read(prompt: string): ReadPrompt;
  write(tokens: Iterable<number>): string;
}

export function letteringOf({ kind, vocabulary }: Pick<Source, 'kind' | 'vocabulary'>): Lettering {
  return kind === 'corpus' ? text(vocabulary) : signs(vocabulary);
}

const text = (vocabulary: Vocabulary): Lettering => ({
  vocabulary,
  hint: 'any text',
  read: (prompt) => ({
    tokens: Int32Array.from(encode(normalise(prompt))),
    strange: strangers(prompt),
    becomes: 'read as “unknown” (\uFFFD)',
  }),
  write: decode,
});

/** One sign per token; spaces only make it legible. */
function signs(vocabulary: Vocabulary): Lettering {
  const ids = new Map(
    Array.from({ length: vocabulary.size }, (_, id) => [vocabulary.label(id), id]),
  );
  return {
    vocabulary,
    hint: `signs of ${[...ids.keys()].join(' ')}`,
    read(prompt) {
      const strange = new Map<string, number>();
      const tokens: number[] = [];
      for (const sign of prompt.replace(/\s/gu, '')) {
        const id = ids.get(sign);
        if (id === undefined) strange.set(sign, (strange.get(sign) ?? 0) + 1);
        else tokens.push(id);
      }
      return { tokens: Int32Array.from(tokens), strange, becomes: 'left out' };
    },
    write: (tokens) => Array.from(tokens, (id) => vocabulary.label(id)).join(''),
  };
}

/** Of a model from elsewhere: its tokens are numbers. */
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
  };
}

/** Of a model from elsewhere whose tokens are single characters. */
export function lettered(labels: readonly string[]): Lettering {
  const one = signs({ size: labels.length, label: (id) => labels[id] ?? '\uFFFD' });
  const ids = new Map(labels.map((label, id) => [label, id]));
  return {
    ...one,
    hint: 'any text of its characters',
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
