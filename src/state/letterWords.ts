/** @file In words: how the user's own text is divided into tokens, and why it was refused. */
import { fixed } from '../core/numbers';
import { formatInteger } from '../core/units';
import { lettersOf, OTHER, type Survey } from '../data/alphabet';
import { sources } from '../data/registry';
import type { Refusal } from '../data/room';
import { isOwnText, type RunSpec } from '../spec/run';
import type { Unmet } from '../session/ownLetters.svelte';

/** A share that is less than 100 % is not rounded up to it. */
const percent = (share: number) =>
  `${share > 0.9995 && share < 1 ? 'more than 99.9' : fixed(100 * share, 1)} %`;

/** Counted in the text: what a token is, and how much of the text the tokens cover. '' if there is no text. */
export function lettersSay(alphabet: string, survey: Survey): string {
  const { kinds, kept, covered } = survey;
  if (kinds === 0) return '';
  const uses = `Your text uses ${formatInteger(kinds)} different characters`;
  const most = `the ${formatInteger(kept)} most frequent`;
  if (alphabet === 'bytes') {
    const why =
      survey.alphabet === 'bytes'
        ? `${uses}; ${most} would cover only ${percent(covered)} of it. So it is read`
        : 'It is read';
    return `${why} byte by byte (UTF-8): 256 tokens write any text, but a character outside ASCII takes two to four of them, so the context reaches less far.`;
  }
  if (alphabet === '') {
    return survey.alphabet === ''
      ? 'Read in the 96 characters that all texts of the site share.'
      : 'Read in the 96 characters that all texts of the site share, as when this run began; others are unknown.';
  }
  if (kept === kinds) return `${uses}. Each is a token.`;
  return `${uses}; ${most} cover ${percent(covered)} of it and are tokens. The rest is written ${OTHER}.`;
}

/** Until there is a text: the vocabulary that a link requires. '' if it requires none. */
export function linkReads(alphabet: string): string {
  if (alphabet === '') return '';
  return alphabet === 'bytes'
    ? 'The link asks for your text to be read byte by byte (UTF-8).'
    : `The link asks for a vocabulary of ${formatInteger(tokensIn(alphabet))} tokens, the characters of its own text. If your text uses others, its own characters are used instead.`;
}

/** Why the user's text is not read with the vocabulary that a link requires. */
export function unmetSays({ tokens, others }: Unmet): string {
  const shown = others.slice(0, MAX_SHOWN).map((one) => `‘${one}’`);
  const more = others.length > shown.length ? ' and others' : '';
  const which =
    others.length === 1
      ? `another character, ${shown[0]}`
      : `${formatInteger(others.length)} other characters (${shown.join(', ')}${more})`;
  return `The link asks for a vocabulary of ${formatInteger(tokens)} tokens, but your text uses ${which}, so its own characters are used instead.`;
}

const MAX_SHOWN = 5; // characters

/** Size of the vocabulary, tokens. */
export const tokensIn = (alphabet: string): number => lettersOf(alphabet).size;

/** 'Moby-Dick', as the object of 'trains on'. */
export const trainsOn = (training: RunSpec): string =>
  isOwnText(training) ? 'your text as it was before' : sources.get(training.task).label;

/** Why a text was refused, in sentences shown next to it. */
export const refusedSay = (why: string, training: RunSpec): string =>
  `${why.charAt(0).toUpperCase()}${why.slice(1)}. The model still trains on ${trainsOn(training)}.`;

/**
 * The text the model trains on although the user's own text was requested; undefined if that text is in use, or none
 * was requested.
 */
export function trainsInstead(
  asked: RunSpec,
  training: RunSpec,
  refused: Refusal | undefined,
): string | undefined {
  if (!isOwnText(asked) || (isOwnText(training) && !refused)) return undefined;
  return isOwnText(training) ? 'the earlier text' : sources.get(training.task).label;
}
