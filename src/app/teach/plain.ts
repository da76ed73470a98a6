/** @file Inline HTML of a lesson as plain text: for tables, CSV, and counting answers that are the same. Our own HTML only. */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
};

export function plainOf(html: string): string {
  return withoutClaims(html)
    .replaceAll(/<annotation[\s\S]*?<\/annotation>/g, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name: string) => {
      if (decimal) return String.fromCodePoint(Number(decimal));
      if (hex) return String.fromCodePoint(parseInt(hex as string, 16));
      return ENTITIES[name] ?? whole;
    })
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * The source of a claim is a separate mark, for the screen; in a table or on paper it interrupts the reading. If a
 * sentence has a second wording for links that remove a control (src/lessons/within.ts), the first one is kept.
 */
export const withoutClaims = (html: string): string =>
  html
    .replaceAll(/<span data-without="[^"]*" hidden>[\s\S]*?<!--with--><\/span>/g, '')
    .replaceAll(/<span data-with="[^"]*">([\s\S]*?)<!--with--><\/span>/g, '$1')
    .replaceAll(/\s*<button [^>]*class="mark"[^>]*>i<\/button>/g, '')
    .replaceAll(/\s*<(span|a) class="claim[^>]*>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<span class="evidence" hidden>\s*<\/span>/g, '');
