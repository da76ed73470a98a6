/** @file Whether the user's text is long enough for a context, and what would work if it is not. */
import { formatInteger } from '../core/units';
import { documentsOf, type Corpus, type Split } from './corpus';
import { HELD_OUT_FROM, LATEST_WORD, wholeOf } from './ownText';
import type { Letters } from './vocabulary';

/** Why a text cannot be trained on. */
export interface Refusal {
  readonly why: string; // in words, without a full stop
  /** The longest context, in steps of its slider, for which the text is long enough. */
  readonly context?: number; // tokens
}

const STEP = 8; // tokens; contexts are multiples of it, never shorter
const ROUND = 10; // characters

/** Why a context of T tokens cannot be read in `corpus`, which was made from `text`; undefined if it can. */
export function noRoom(
  corpus: Corpus,
  text: string,
  letters: Letters,
  T: number,
): Refusal | undefined {
  const [train, heldOut] = [longestOf(corpus, 'train'), longestOf(corpus, 'validation')];
  const shortest = Math.min(train, heldOut);
  if (shortest > T) return undefined;
  const unit = letters.bytes ? 'bytes' : 'characters';
  const count = (tokens: number) => `${formatInteger(tokens)} ${unit}`;
  const single = documentsOf(corpus, 'validation').length === 1;
  const what =
    heldOut > T
      ? `the longest document of your text has ${count(train)} to train on`
      : single
        ? `of the ${count(corpus.ids.length)} read from your text, ${formatInteger(heldOut)} are held out (the last tenth, from the next word on)`
        : `the longest held-out document of your text has ${count(heldOut)}`;
  const context = STEP * Math.floor((shortest - 1) / STEP);
  const more = missing(corpus, wholeOf(text, letters), { letters, T, train });
  const remedies = [
    ...(context > 0 ? [`take a context of ${context} or less`] : []),
    ...(more === undefined ? [] : [`add ${formatInteger(more)} characters or more at the end`]),
  ];
  const remedy = remedies.join(', or ') || 'use a text with longer documents';
  return {
    why: `${what}, too few for a context of ${T}, which needs ${formatInteger(T + 1)}: ${remedy}`,
    ...(context > 0 && { context }),
  };
}

/**
 * The number of additional characters that is enough, wherever the words end; undefined if no number is, because the
 * training documents are too short. An emoji is two UTF-16 units, in which the tenth is counted; every unit is a byte
 * or more.
 */
function missing(
  corpus: Corpus,
  whole: string,
  { letters, T, train }: { letters: Letters; T: number; train: number },
): number | undefined {
  if (corpus.documents.length > 2 && train <= T + LATEST_WORD) return undefined;
  const units = !letters.bytes && /[\ud800-\udbff]/.test(whole) ? 2 : 1; // per character, at most
  const held = units * (T + 1) + LATEST_WORD;
  const needed = Math.max(Math.round(held / (1 - HELD_OUT_FROM)) - whole.length, held);
  return ROUND * Math.ceil(needed / ROUND);
}

const longestOf = (corpus: Corpus, split: Split): number =>
  Math.max(0, ...documentsOf(corpus, split).map(({ start, end }) => end - start));
