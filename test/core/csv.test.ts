/** @file CSV: any reader of RFC 4180 reads back what was written, and no spreadsheet runs it as a formula. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvOf, type CsvCell } from '../../src/core/csv';

/** RFC 4180, character by character; shares nothing with the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, inside]: [string[], string, boolean] = [[], '', false];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (inside) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') cell += text[++i]!;
      else inside = false;
    } else if (sign === '"') {
      if (cell !== '') throw new Error('a quote in the middle of a plain cell');
      inside = true;
    } else if (sign === ',' || sign === '\r') {
      row.push(cell);
      cell = '';
      if (sign === ',') continue;
      if (text[++i] !== '\n') throw new Error('CR without LF');
      rows.push(row);
      row = [];
    } else cell += sign;
  }
  if (inside || cell !== '' || row.length > 0) throw new Error('the last line does not end');
  return rows;
}

const danger = '=+-@\t\r\n ＝＋－＠"\',;';
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...danger, 'a', '1') }),
  fc.constantFrom('=HYPERLINK("http://a.example","x")', '-1', '+1', '@SUM(A1)', ''),
);
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
const table = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.record({
    head: fc.array(text, { minLength: width, maxLength: width }),
    rows: fc.array(fc.array(fc.oneof(text, number), { minLength: width, maxLength: width })),
  }),
);
/** What some spreadsheet treats as the end of a cell. */
const SPLITTING = /[;\t\r\n]/;
const startsFormula = (cell: string) => '=+-@\t\r'.includes(cell.trimStart()[0] ?? cell[0] ?? 'a');

test('is read back by a plain reader: text with at most an apostrophe before a formula, numbers unchanged', () => {
  fc.assert(
    fc.property(table, ({ head, rows }) => {
      const [readHead, ...readRows] = parse(csvOf(head, rows));
      const same = (read: string, given: CsvCell) =>
        typeof given === 'number'
          ? expect(Number(read) + 0).toBe(given + 0)
          : SPLITTING.test(given)
            ? expect(read.replaceAll("'", '')).toBe(given.replaceAll("'", ''))
            : expect([given, `'${given}`]).toContain(read);
      readHead!.forEach((cell, i) => same(cell, head[i]!));
      expect(readRows.map((row) => row.length)).toEqual(rows.map((row) => row.length));
      readRows.forEach((row, r) => row.forEach((cell, i) => same(cell, rows[r]![i]!)));
    }),
  );
});

test('contains no text that begins a formula, and leaves all other text unchanged', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
      for (const row of parse(csvOf(cells, [cells])))
        row.forEach((cell, i) => {
          expect(startsFormula(cell)).toBe(false);
          if (/^[\p{L}\p{N}]/u.test(cells[i]!) && !SPLITTING.test(cells[i]!))
            expect(cell).toBe(cells[i]);
        });
    }),
  );
});

// Spreadsheets in German, French and other languages split lines at semicolons, at tabs when pasted, and at each line
// break; quotes count only at the start of a cell.
test('contains no formula even if semicolons or tabs are taken for the separator', () => {
  const split = (csv: string) => csv.split(SPLITTING);
  const safe = (csv: string) =>
    split(csv).forEach((piece) => expect(piece).not.toMatch(/^\s*"*\s*[=+\-@＝＋－＠]/));
  safe(
    csvOf(
      ['a', 'b'],
      [
        ['x', 'y;=HYPERLINK("http://a.example")'],
        ['1\r\n=1+1', '\t@SUM(A1)'],
      ],
    ),
  );
  fc.assert(fc.property(fc.array(text), (cells) => safe(csvOf(['n'], [[1, ...cells]]))));
});

test('keeps negative numbers as numbers, and -1 as text as text', () => {
  expect(
    csvOf(
      ['a', 'b, c'],
      [
        [-1.5, '-1'],
        ['', 2],
      ],
    ),
  ).toBe('a,"b, c"\r\n-1.5,"\'-1"\r\n,2\r\n');
});
