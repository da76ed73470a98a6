/**
 * @file A table as CSV by RFC 4180: commas, every line ended by CR LF, text in quotes, which are doubled inside it.
 *
 * Spreadsheets run a cell that begins like a formula. Text that does gets an apostrophe before it; numbers stay as they
 * are, negative ones too.
 */

export type CsvCell = string | number;

/** What begins a formula, in full width too, and behind spaces; or a control sign that is skipped before one. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

const harmless = (text: string) => (FORMULA.test(text) ? `'${text}` : text);
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
