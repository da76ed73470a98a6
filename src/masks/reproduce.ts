/**
 * @file From a finding to its cause in your own code: a few lines of NumPy that show the cell, and all other wrong
 * ones.
 */
import { ruleLines, tableLines } from '../attention/python';
import { loadSaved, type Load } from './python/load';
import { brief, verdictOf, type Expression } from '../attention/expression';
import { positionOf, type Mask } from '../attention/mask';
import { has } from '../attention/runs';

export interface Reproduced {
  readonly queries: number;
  readonly keys: number;
  readonly cell: { readonly query: number; readonly key: number };
  readonly meant: Expression;
}

/** The .npy file name the page gives to one mask. */
export const savedName = (queries: number, keys: number): string =>
  `zebra-mask-${queries === keys ? '' : `${queries}x`}${keys}.npy`;

/** Python to run in the folder of the opened file, or of the mask as the page saves it. */
export function reproduction(
  { queries, keys, cell, meant }: Reproduced,
  { imports, lines }: Load = loadSaved(savedName(queries, keys)),
): string {
  const first = positionOf({ queries, keys }, 0);
  const tables = tableLines([meant], { tensor: 'np.asarray' });
  const own = imports.filter((line) => line.startsWith('import '));
  const others = imports.filter((line) => !line.startsWith('import '));
  return [
    ...own,
    ...(own.length > 0 ? [''] : []),
    'import numpy as np',
    ...others,
    '',
    ...tables,
    ...lines,
    `T, FIRST = ${keys}, ${first}  # keys; the position of query 0 among them`,
    '',
    '',
    'def rule(q_idx, kv_idx):',
    ...ruleLines(meant).map((line) => `    ${line}`),
    '',
    '',
    `q, k = ${cell.query}, ${cell.key}`,
    "print('it is', bool(mask[q, k]), 'and should be', bool(rule(np.int64(FIRST + q), np.int64(k))))",
    'expected = rule(FIRST + np.arange(mask.shape[0])[:, None], np.arange(T)[None, :])',
    'wrong = np.argwhere(mask != expected)',
    "print(len(wrong), 'cells differ, first', wrong[:10].tolist())",
    '',
  ].join('\n');
}

/** Which terms of the intended mask decide a cell, and how: 'blocked by window(4)'. */
export function decidedBy({ queries, keys, cell, meant }: Reproduced): string {
  const { query, key } = cell;
  const position = positionOf({ queries, keys }, query);
  const { allowed, because } = verdictOf(meant, position, key, keys);
  const terms = because.length > 0 ? because.join(', ') : brief(meant);
  return `${allowed ? 'let through' : 'blocked'} by ${terms}`;
}

interface Cell {
  readonly query: number;
  readonly key: number;
}

/** Whether the mask differs from the intended one at the cell. */
export const differsAt = (mask: Mask, meant: Mask, { query, key }: Cell): boolean =>
  has(mask.row(query), key) !== has(meant.row(query), key);

/** The wrong cell to report: the chosen one if it differs from what is meant, otherwise the first that does. */
export const wrongCell = (mask: Mask, meant: Mask, chosen: Cell | undefined, first: Cell): Cell =>
  chosen && differsAt(mask, meant, chosen) ? chosen : first;
