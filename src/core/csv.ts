/**
 * @file A table as CSV, following RFC 4180: commas, every line ended by CR LF, text in quotes, which are doubled inside it.
 *
 * Spreadsheets execute a cell that begins like a formula. Such text gets a leading apostrophe; numbers stay as they are, including negative ones.
 */

export type CsvCell = string | number;

/** What begins a formula, also in full width and after spaces; or a control character that is skipped before one. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
/**
 * The same inside text. A spreadsheet that splits lines at semicolons, as in German and French, or at tabs ignores
 * quotes in the middle of its cells, so a formula may follow a semicolon, a tab or a line break.
 */
const FORMULA_INSIDE = /([;\t\r\n])(?=[^\S\t\r\n]*"*[^\S\t\r\n]*[=+\-@＝＋－＠])/g;

const harmless = (text: string) =>
  `${FORMULA.test(text) ? "'" : ''}${text.replace(FORMULA_INSIDE, "$1'")}`;
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Column names are unquoted if they need no quotes. */
function headField(name: string): string {
  const safe = harmless(name);
  return /[",\r\n]/.test(safe) ? quoted(safe) : safe;
}

/** An empty text stays empty, without quotes: a missing number. */
const field = (value: CsvCell): string =>
  typeof value === 'number' ? String(value) : value === '' ? '' : quoted(harmless(value));

export const csvOf = (head: readonly string[], rows: readonly (readonly CsvCell[])[]): string =>
  [head.map(headField), ...rows.map((row) => row.map(field))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');
