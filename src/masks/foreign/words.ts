/** @file Masks as JSON lists and as text: 0 and 1, True and False, dots and crosses. */
import { check, InputError } from '../../core/check';
import { MOST_TOKENS } from '../mask';
import { axesOf, checkShape, offsetOf, type Foreign, type Matrix } from './matrix';

/** Characters of a text at most: 2,048 × 2,048 numbers of a few digits each. */
const LONGEST = 64 * 2 ** 20;
const DEEPEST = 6;

/** Nested lists of numbers or booleans, or an object that holds them as `mask` or `attention_mask`. */
export function readJsonMask(text: string): Foreign {
  check(
    text.length <= LONGEST,
    `the JSON has ${text.length} characters; ${LONGEST} at most are read`,
  );
  check(
    depthOf(text) <= DEEPEST,
    `the JSON is nested deeper than ${DEEPEST} lists; a mask has two axes, with up to three before them`,
  );
  let value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const own = value as Record<string, unknown>;
    value = own['mask'] ?? own['attention_mask'];
    check(value !== undefined, `the JSON is an object without 'mask' or 'attention_mask'`);
  }
  const shape: number[] = [];
  for (let at: unknown = value; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > 5 || at.length === 0) break;
  }
  check(
    shape.length >= 2 && shape.length <= 5 && shape.every((count) => count > 0),
    `the JSON holds lists of shape ${shape.join(' × ') || 'none'}; a mask is a list of lists of 0 and 1`,
  );
  const numbers: number[] = [];
  let logical = true;
  const take = (at: unknown, depth: number, where: string): void => {
    if (depth === shape.length) {
      check(
        at !== NOT_A_NUMBER && at !== ENDLESS,
        `the mask has ${String(at)} at ${where}, as Python writes it; ${at === ENDLESS ? 'what is added to scores is 0 to let through and -Infinity to block' : 'a cell should be a number'}`,
      );
      check(
        typeof at === 'number' || typeof at === 'boolean',
        `the mask has ${JSON.stringify(at)?.slice(0, 20) ?? 'nothing'} at ${where}; it should have numbers, true or false`,
      );
      logical &&= typeof at === 'boolean';
      numbers.push(Number(at));
      return;
    }
    check(
      Array.isArray(at) && at.length === shape[depth],
      `the list at ${where || 'the top'} has ${Array.isArray(at) ? at.length : 'no'} entries; the others have ${shape[depth]}`,
    );
    at.forEach((one, i) => take(one, depth + 1, `${where}[${i}]`));
  };
  const [queries, keys] = shape.slice(-2) as [number, number];
  checkShape(queries, keys);
  take(value, 0, '');
  return {
    format: 'json',
    choices: axesOf(shape),
    matrix: (picked) =>
      matrixOf(
        numbers,
        queries,
        keys,
        offsetOf(shape, picked, false),
        logical ? 'bool' : undefined,
      ),
  };
}

const NOT_A_NUMBER = 'NaN';
const ENDLESS = 'Infinity';
/** What Python writes and JSON does not know. -1e999 is read as -Infinity; the others are refused where they stand. */
const PYTHON: Readonly<Record<string, string>> = {
  '-Infinity': '-1e999',
  '-inf': '-1e999',
  Infinity: `"${ENDLESS}"`,
  inf: `"${ENDLESS}"`,
  NaN: `"${NOT_A_NUMBER}"`,
  nan: `"${NOT_A_NUMBER}"`,
  True: 'true',
  False: 'false',
  None: 'null',
};

/** JSON; or what json.dumps and print make of a list in Python. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Second, because it is rare; words inside strings stay.
  }
  try {
    return JSON.parse(
      text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b[A-Za-z]+\b/g, (word) =>
        Object.hasOwn(PYTHON, word) ? PYTHON[word]! : word,
      ),
    );
  } catch {
    checkWhole(text);
    throw new InputError('the text is no whole JSON; copy it to its end');
  }
}

/** Refuses what NumPy and PyTorch print of a long array. */
function checkWhole(text: string): void {
  check(
    !/(^|[\s,[])(\.\.\.|…)(?=$|[\s,\]])/.test(text),
    `the text leaves out cells with '...', as NumPy and PyTorch print long arrays; save the mask with np.save('mask.npy', mask), or print it again after np.set_printoptions(threshold=np.inf) or torch.set_printoptions(profile='full')`,
  );
}

/** The deepest nesting, counted outside strings, so that a bomb is refused before it is parsed. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0, quoted = false; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === '\\') i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth--;
  }
  return deepest;
}

const OPEN = /^(1|x|X|#|■|█|True|true|T)$/;
const CLOSED = /^(0|\.|-|·|□|░|_|False|false|F)$/;

/** Rows of 0 and 1, of . and #, of True and False, with or without spaces and commas; or of numbers. */
export function readTextMask(text: string): Foreign {
  check(
    text.length <= LONGEST,
    `the text has ${text.length} characters; ${LONGEST} at most are read`,
  );
  const lines = (text.includes('[') ? listsIn(text) : text.split(/\r?\n/))
    .map((line) => line.replaceAll(/[[\](),;|]/g, ' ').trim())
    .filter(Boolean);
  check(lines.length > 0, 'the text is empty; a mask is rows of 0 and 1');
  check(
    lines.length <= MOST_TOKENS,
    `the text has ${lines.length} rows; ${MOST_TOKENS} at most can be shown`,
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
  checkShape(rows.length, keys);
  return { format: 'text', choices: [], matrix: () => matrixOf(numbers, rows.length, keys, 0) };
}

/** Lists of rows: [[1 0] [1 1]] is one, [[[1 0] [1 1]] [[1 1] [1 1]]] are two. */
function masksIn(text: string): number {
  const opened: number[] = []; // lists by depth
  let depth = 0;
  for (const sign of text)
    if (sign === '[') opened[depth] = (opened[depth++] ?? 0) + 1;
    else if (sign === ']') depth--;
  return opened.length > 1 ? opened.at(-2)! : 0; // rows may stand without a list around them
}

/** The innermost lists of a printed array, one a row, however many lines they take: NumPy breaks long rows. */
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
  check(
    opening > 1,
    `the text is one list, of ${cellsOf(lists[0]!.replaceAll(',', ' ').trim()).length} cells; a mask is a list of rows, [[1, 0], [1, 1]], and of one query [[1, 0]]`,
  );
  const masks = masksIn(text);
  check(
    masks <= 1,
    `the text has ${masks} masks one after another; print one of them, as mask[0], or save all with np.save('mask.npy', mask)`,
  );
  return lists;
}

/** Words where there are spaces; else single signs. */
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

function matrixOf(
  numbers: readonly number[],
  queries: number,
  keys: number,
  start: number,
  kind?: Matrix['kind'],
): Matrix {
  let found: Matrix['kind'] = 'bool';
  for (let i = start; i < start + queries * keys && found !== 'float'; i++) {
    const value = numbers[i]!;
    if (!Number.isInteger(value)) found = 'float';
    else if (value !== 0 && value !== 1) found = 'integer';
  }
  return {
    queries,
    keys,
    kind: kind ?? found,
    dtype: kind ?? found,
    at: (query, key) => numbers[start + query * keys + key]!,
  };
}
