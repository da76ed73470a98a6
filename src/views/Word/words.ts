/** @file Words that a newcomer cannot know, each with an explanation of two sentences, shown where the word appears. */
import { withinSentence } from '../../core/sentence';
import { MASK_LETTER } from '../../attention/maskPattern';
import { patterns } from '../../attention/registry';

export type WordId = keyof typeof WORDS;

const listed = [
  ...patterns.all.map(({ letter, label }) => `${letter} is ${withinSentence(label)}`),
  `${MASK_LETTER} a mask of its own`,
].join(', ');

export const WORDS = {
  nats: {
    word: 'nats',
    meaning:
      'The unit of loss. A loss of x nats means that, on average, the model gave the right character a probability of e to the power −x: 0 is certain, 0.69 is one in two, 2.3 is one in ten. Lower is better.',
  },
  cache: {
    word: 'KV cache',
    meaning:
      'What a model keeps in memory while it writes: a key and a value of each token that later tokens may still read, in every layer. A global layer keeps all tokens, a local layer only those in its window.',
  },
  sinks: {
    word: 'attention sinks',
    meaning:
      'The first tokens of a text, which a layer goes on reading however far its window has moved. A model trained without a window puts much weight on them whatever they say, and writes badly once a window lets go of them (Xiao et al. 2023).',
  },
  layers: {
    word: 'G S G S',
    meaning: `The layers of a model, from the first to the last: ${listed}. A global layer reads everything before it, a local one only a short window.`,
  },
} as const;

/** Stripes as written: letters of two or more layers. */
const LETTERS = [...patterns.all.map(({ letter }) => letter), MASK_LETTER].join('');
const STRIPES = new RegExp(`\\b[${LETTERS}](?: [${LETTERS}])+\\b`);
const FORMS: readonly (readonly [WordId, RegExp])[] = [
  ['nats', /\bnats\b/],
  // In German and Spanish, too. cspell:ignore bcaché umideros atención
  ['cache', /\bKV[- ][Cc]ache\b|\bcaché KV\b/],
  ['sinks', /\b[Aa]ttention[ -][Ss]inks?\b|\b[Ss]umideros? de atención\b/],
  ['layers', STRIPES],
];

export interface Piece {
  readonly text: string;
  /** The explained word, as the sentence writes it. */
  readonly word?: WordId;
  /** Punctuation that closes it and must stay with it: ')', ',' or the like. */
  readonly end?: string;
}

/** A sentence in pieces: each explained word is a piece of its own at its first occurrence. */
export function piecesOf(sentence: string): readonly Piece[] {
  const found = FORMS.flatMap(([word, form]) => {
    const match = form.exec(sentence);
    return match ? [{ word, at: match.index, text: match[0] }] : [];
  }).sort((a, b) => a.at - b.at);
  const pieces: Piece[] = [];
  let read = 0;
  for (const { word, at, text } of found) {
    if (at > read) pieces.push({ text: sentence.slice(read, at) });
    const end = /^[).,;:]*/.exec(sentence.slice(at + text.length))![0];
    pieces.push({ text, word, ...(end && { end }) });
    read = at + text.length + end.length;
  }
  if (read < sentence.length) pieces.push({ text: sentence.slice(read) });
  return pieces;
}
