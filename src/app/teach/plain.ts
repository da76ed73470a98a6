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

/** Where a claim comes from is a mark of its own, for the screen; in a table or on paper it breaks the reading. */
export const withoutClaims = (html: string): string =>
  html.replaceAll(/\s*<(span|a) class="claim[^>]*>[\s\S]*?<\/\1>/g, '');
