/**
 * @file What counts as a document when several share a row of the batch: paragraphs of a novel, lines of a table.
 *
 * Whether or not documents are kept apart, a batch has exactly the same rows, token for token. This file only finds the
 * positions in a row at which one document ends and the next begins. The separator between two documents belongs to the
 * first.
 */
import { vocabulary } from './characters';
import type { Ids, Letters } from './vocabulary';

export interface Packed {
  /** What a document is: 'paragraph'. */
  readonly unit: string;
  /** One sentence: where a document begins. */
  readonly summary: string;
  /**
   * Returns a function that says whether a document begins at `place`, a position in the text; `offset` is that position
   * counted from the start of its chapter, file or the like.
   */
  rule(ids: Ids, letters?: Letters): (place: number, offset: number) => boolean;
}

const newlineOf = (letters: Letters) => letters.encode('\n')[0]!;

export const paragraphs: Packed = {
  unit: 'paragraph',
  summary: 'A document is a paragraph: it begins after an empty line.',
  rule(ids, letters = vocabulary) {
    const newline = newlineOf(letters);
    return (place) =>
      ids[place - 1] === newline && ids[place - 2] === newline && ids[place] !== newline;
  },
};

export const lines: Packed = {
  unit: 'line',
  summary: 'A document is a line.',
  rule(ids, letters = vocabulary) {
    const newline = newlineOf(letters);
    return (place) => ids[place - 1] === newline;
  },
};

export const sentences: Packed = {
  unit: 'sentence',
  summary:
    'A document is a sentence, as this text has no paragraphs: it begins with a capital after a full stop, a question or an exclamation mark.',
  rule(ids, letters = vocabulary) {
    const [blank] = letters.encode(' ');
    const stops = new Set(letters.encode('.?!'));
    const capitals = new Set(letters.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZ'));
    return (place) =>
      capitals.has(ids[place]!) && ids[place - 1] === blank && stops.has(ids[place - 2]!);
  },
};

/** Empty lines separate paragraphs; in a text without empty lines, every line is a paragraph. */
export const paragraphsOrLines: Packed = {
  unit: 'paragraph',
  summary:
    'A document is a paragraph: it begins after an empty line, or after every line if the text has no empty lines.',
  rule(ids, letters = vocabulary) {
    const newline = newlineOf(letters);
    let at = ids.indexOf(newline);
    while (at >= 0 && ids[at + 1] !== newline) at = ids.indexOf(newline, at + 1);
    return (at >= 0 ? paragraphs : lines).rule(ids, letters);
  },
};

/** Stretches of `length` characters, counted from the start of the chapter. */
export const stretches = (length: number, of: string): Packed => ({
  unit: of,
  summary: `A document is a ${of}, ${length} characters.`,
  rule: () => (_, offset) => offset % length === 0,
});

/**
 * For each of the T tokens from position `start` on, where in the row its document begins; `origin`: where the chapter
 * begins.
 */
export function startsIn(
  begins: ReturnType<Packed['rule']>,
  { start, T, origin }: { readonly start: number; readonly T: number; readonly origin: number },
): Int32Array {
  const starts = new Int32Array(T);
  for (let t = 1; t < T; t++)
    starts[t] = begins(start + t, start + t - origin) ? t : starts[t - 1]!;
  return starts;
}
