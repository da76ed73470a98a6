/**
 * @file A table as CSV by RFC 4180: commas, every line ended by CR LF, text in quotes, which are doubled inside it.
 *
 * Spreadsheets run a cell that begins like a formula. Such text gets an apostrophe before it; numbers stay as they are,
 * negative ones too.
 */

export type CsvCell = string | number;

/** What begins a formula, in full width too, and behind spaces; or a control sign that is skipped before one. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
/**
 * The same inside of text. A spreadsheet that splits lines at semicolons, as in German and French, or at tabs takes no
 * notice of quotes in the middle of its cells, so that there a formula may follow a semicolon, a tab or a line break.
 */
const FORMULA_INSIDE = /([;\t\r\n])(?=[^\S\t\r\n]*"*[^\S\t\r\n]*[=+\-@＝＋－＠])/g;

const harmless = (text: string) =>
  `${FORMULA.test(text) ? "'" : ''}${text.replace(FORMULA_INSIDE, "$1'")}`;
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Names of columns stand without quotes where they need none. */
function headField(name: string): string {
  const safe = harmless(name);
  return /[",\r\n]/.test(safe) ? quoted(safe) : safe;
}

/** Nothing is nothing, without quotes: a number that is missing. */
const field = (value: CsvCell): string =>
  typeof value === 'number' ? String(value) : value === '' ? '' : quoted(harmless(value));

export const csvOf = (head: readonly string[], rows: readonly (readonly CsvCell[])[]): string =>
  [head.map(headField), ...rows.map((row) => row.map(field))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');
