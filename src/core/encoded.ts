/** @file Any text as part of an address. */

/**
 * encodeURIComponent that does not throw: half of a surrogate pair, as cutting a text can leave, becomes the sign for
 * what is not known.
 */
export const encoded = (text: string): string =>
  encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\uFFFD'));
