/**
 * @file A message for students in a link: `say=`. Plain text only: it is shown as characters, never as HTML, and URLs
 * in it are not links. It is removed from the page's URL before the page reads its settings there.
 */

export const LONGEST_MESSAGE = 280; // characters

/** As displayed: lines and words, without control characters or characters that change the writing direction. */
export const tidyMessage = (text: string): string =>
  [
    ...text
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(/[^\S\n]+/gu, ' ')
      // Removes controls and format characters (direction marks, zero width), except the joiners that scripts and emoji
      // need.
      .replaceAll(/[\p{Cc}\p{Co}\p{Cs}\p{Cn}]/gu, (sign) => (sign === '\n' ? '\n' : ''))
      .replaceAll(/\p{Cf}/gu, (sign) => (sign === '\u200C' || sign === '\u200D' ? sign : ''))
      .replaceAll(/ *\n */g, '\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
  ]
    .slice(0, LONGEST_MESSAGE)
    .join('')
    .trim();

/** 'v=1' and a message as 'v=1&say=…'. */
export function withMessage(hash: string, text: string): string {
  const tidy = tidyMessage(text);
  if (tidy === '') return hash;
  const pair = `say=${encodeURIComponent(tidy)}`;
  return hash.includes('?') ? `${hash}${hash.endsWith('?') ? '' : '&'}${pair}` : `${hash}?${pair}`;
}

/** Splits a URL into its message and the rest. */
export function splitMessage(hash: string): { readonly hash: string; readonly say: string } {
  const at = hash.indexOf('?');
  if (at < 0) return { hash, say: '' };
  const pairs = hash.slice(at + 1).split('&');
  const said = pairs.find((pair) => pair.startsWith('say='));
  if (said === undefined) return { hash, say: '' };
  const rest = pairs.filter((pair) => !pair.startsWith('say='));
  return {
    hash: rest.length > 0 ? `${hash.slice(0, at)}?${rest.join('&')}` : hash.slice(0, at),
    // Percent-encoded: three characters each, nine for one beyond ASCII.
    say: tidyMessage(decoded(said.slice(4, 4 + 12 * LONGEST_MESSAGE))),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return ''; // cut in the middle of a character: show nothing
  }
}
