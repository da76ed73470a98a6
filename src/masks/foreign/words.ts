/** @file Masks as text: rows of 0 and 1, True and False, dots and crosses; and as NumPy and PyTorch print them. */
import { check } from '../../core/check';
import { MAX_TOKENS } from '../../attention/mask';
import { checkShape, inRows, type Matrix, type Tensor } from './matrix';

/** Maximum characters of a text: 2,048 × 2,048 numbers of a few digits each. */
export const LONGEST = 64 * 2 ** 20;

const OPEN = /^(1|x|X|#|■|█|True|true|T)$/;
const CLOSED = /^(0|\.|-|·|□|░|_|False|false|F)$/;

/** Rows of 0 and 1, of . and #, of True and False, with or without spaces and commas; or of numbers. */
export function readTextMask(text: string): Tensor {
  check(
    text.length <= LONGEST,
    `the text has ${text.length} characters; ${LONGEST} at most are read`,
  );
  const lines = (text.includes('[') ? listsIn(text) : text.split(/\r?\n/))
    .map((line) => line.replaceAll(/[[\](),;|]/g, ' ').trim())
    .filter(Boolean);
  check(lines.length > 0, 'the text is empty; a mask is rows of 0 and 1');
  check(
    lines.length <= MAX_TOKENS,
    `the text has ${lines.length} rows; ${MAX_TOKENS} at most can be shown`,
  );
  const rows = lines.map((line) => cellsOf(line));
  const keys = rows[0]!.length;
  const numbers: number[] = [];
  rows.forEach((row, q) => {
    if (row.length > 1 && row.includes('...')) checkWhole(lines[q]!);
    check(row.length === keys, `row ${q} has ${row.length} cells; row 0 has ${keys}`);
    for (const [k, cell] of row.entries()) {
      const value = OPEN.test(cell) ? 1 : CLOSED.test(cell) ? 0 : numberOf(cell);
      check(
        value !== undefined,
        `row ${q} has '${cell.slice(0, 12)}' at key ${k}; cells are 0 or 1, . or #, True or False, or numbers`,
      );
      numbers.push(value);
    }
  });
  if (isList(text)) return tensorOf(numbers, [keys]);
  checkShape(rows.length, keys);
  return tensorOf(numbers, [rows.length, keys]);
}

/** Lists of rows: [[1 0] [1 1]] is one, [[[1 0] [1 1]] [[1 1] [1 1]]] are two. */
function masksIn(text: string): number {
  const opened: number[] = []; // lists by depth
  let depth = 0;
  for (const sign of text)
    if (sign === '[') opened[depth] = (opened[depth++] ?? 0) + 1;
    else if (sign === ']') depth--;
  return opened.length > 1 ? opened.at(-2)! : 0; // rows may come without an enclosing list
}

/** The innermost lists of a printed array, one per row, even across several lines: NumPy wraps long rows. */
function listsIn(text: string): readonly string[] {
  checkWhole(text);
  const lists = [...text.matchAll(/\[([^[\]]*)\]/g)].map(([, inside]) =>
    inside!.replaceAll(/\s+/g, ' '),
  );
  const opening = text.match(/\[/g)!.length;
  check(
    lists.length > 0 && opening === text.match(/\]/g)?.length,
    `the text has ${opening} '[' and ${text.match(/\]/g)?.length ?? 0} ']'; copy it to its end`,
  );
  const masks = masksIn(text);
  check(
    masks <= 1,
    `the text has ${masks} masks one after another; print one of them, as mask[0], or save all with np.save('mask.npy', mask)`,
  );
  return lists;
}

/** Refuses the abbreviated form in which NumPy and PyTorch print a long array. */
export function checkWhole(text: string): void {
  check(
    !/(^|[\s,[])(\.\.\.|…)(?=$|[\s,\]])/.test(text),
    `the text leaves out cells with '...', as NumPy and PyTorch print long arrays; save the mask with np.save('mask.npy', mask), or print it again after np.set_printoptions(threshold=np.inf) or torch.set_printoptions(profile='full')`,
  );
}

/** Splits into words if there are spaces; otherwise into single characters. */
function cellsOf(line: string): readonly string[] {
  const words = line.split(/\s+/);
  const single = words.length === 1 && numberOf(line) === undefined;
  return single || (words.length === 1 && /^[01]+$/.test(line)) ? [...words[0]!] : words;
}

function numberOf(word: string): number | undefined {
  if (/^-?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(word)) return NaN;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : undefined;
}

/** One list, [0, 3, 8]: of tokens or documents, not a row of a mask. */
const isList = (text: string): boolean => text.match(/\[/g)?.length === 1;

/** Row-major numbers, as an array. */
export function tensorOf(
  numbers: readonly number[],
  shape: readonly number[],
  kind?: Matrix['kind'],
  name?: string,
): Tensor {
  let found: Matrix['kind'] = 'bool';
  for (let i = 0; i < numbers.length && found !== 'float'; i++) {
    const value = numbers[i]!;
    if (!Number.isInteger(value)) found = 'float';
    else if (value !== 0 && value !== 1) found = 'integer';
  }
  return {
    shape,
    strides: inRows(shape),
    kind: kind ?? found,
    dtype: kind ?? found,
    ...(name !== undefined && { name }),
    number: (i) => numbers[i]!,
  };
}
