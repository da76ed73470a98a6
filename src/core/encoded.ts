/** @file Any text as part of a URL. */

/**
 * encodeURIComponent that does not throw: half of a surrogate pair, which cutting a text can leave, becomes the
 * replacement character.
 */
export const encoded = (text: string): string =>
  encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\uFFFD'));
