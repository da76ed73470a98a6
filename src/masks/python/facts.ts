/** @file What exported code asserts about a mask when it runs: keys per row, pairs, and a checksum of all its bits. */
import { crc32 } from '../../core/crc32';
import { maskOf, type Expression } from '../../attention/expression';
import type { CodeDoc } from '../format';
import type { Mask } from '../../attention/mask';
import { count } from '../../attention/runs';

/** Above this, a mask is not checked cell by cell; only the keys of some rows are counted. */
const MAX_CHECKED = 2048; // tokens
const ALL_ROWS = 16; // up to here every row is written down

export interface Facts {
  /** A query and the number of keys it reads. */
  readonly rows: readonly (readonly [query: number, keys: number])[];
  readonly whole?: { readonly pairs: number; readonly crc: number };
  /** A query that reads no key. */
  readonly dead?: number;
}

export function factsOf(expression: Expression, T: number, queries = T): Facts {
  const mask = maskOf(expression, T, queries);
  const rows = rowsToCount(queries).map((q) => [q, count(mask.row(q))] as const);
  if (Math.max(T, queries) > MAX_CHECKED) {
    const dead = rows.find(([, keys]) => keys === 0)?.[0];
    return { rows, ...(dead !== undefined && { dead }) };
  }
  let [pairs, dead] = [0, -1];
  for (let q = 0; q < queries; q++) {
    const keys = count(mask.row(q));
    if (keys === 0 && dead < 0) dead = q;
    pairs += keys;
  }
  return { rows, whole: { pairs, crc: crcOf(mask) }, ...(dead >= 0 && { dead }) };
}

/** All of a few rows; of many, the ends, the middle and its neighbours. */
function rowsToCount(T: number): readonly number[] {
  if (T <= ALL_ROWS) return Array.from({ length: T }, (_, q) => q);
  const some = [0, 1, 2, 3, T >> 2, (T >> 1) - 1, T >> 1, 3 * (T >> 2), T - 2, T - 1];
  return [...new Set(some)].sort((a, b) => a - b);
}

/** CRC-32 of the cells row by row, eight to a byte, the first in the highest bit: zlib.crc32(np.packbits(mask)). */
export function crcOf(mask: Mask): number {
  const bytes = new Uint8Array(Math.ceil((mask.queries * mask.keys) / 8));
  for (let q = 0; q < mask.queries; q++) {
    const runs = mask.row(q);
    for (let r = 0; r < runs.length; r += 2)
      for (let key = runs[r]!; key < runs[r + 1]!; key++) {
        const cell = q * mask.keys + key;
        bytes[cell >> 3]! |= 0x80 >> (cell & 7);
      }
  }
  return crc32(bytes);
}

const HEX = (crc: number) => `0x${crc.toString(16).padStart(8, '0')}`;

/** The Python that checks; `mask` is what NumPy can read, True where a key may be read. */
export function checkLines({ T, queries = T }: CodeDoc): readonly string[] {
  const rows = [
    '    for q, keys in rows.items():',
    `        assert row(q).sum() == keys, f'{name}: query {q} reads {row(q).sum()} keys; it should read {keys}'`,
  ];
  if (Math.max(T, queries) > MAX_CHECKED) return ['def check(name, row, rows):', ...rows];
  return [
    'def check(name, mask, rows, pairs, crc):',
    '    mask = np.asarray(mask)',
    `    assert mask.shape == (${queries === T ? 'T' : 'Q'}, T) and mask.dtype == bool, f'{name} is {mask.shape} of {mask.dtype}'`,
    '    row = lambda q: mask[q]',
    ...rows,
    `    assert mask.sum() == pairs, f'{name} lets {mask.sum()} pairs through; it should be {pairs}'`,
    `    assert zlib.crc32(np.packbits(mask).tobytes()) == crc, f'{name}: the right number of pairs, but not the right pairs'`,
  ];
}

/** The call: `whole` is Python for all cells, `row` for those of query q. */
export function checkCall(
  name: string,
  facts: Facts,
  { whole, row }: { readonly whole: string; readonly row: string },
): string {
  const rows = `{${facts.rows.map(([q, keys]) => `${q}: ${keys}`).join(', ')}}`;
  return facts.whole
    ? `check('${name}', ${whole}, ${rows}, ${facts.whole.pairs}, ${HEX(facts.whole.crc)})`
    : `check('${name}', lambda q: ${row}, ${rows})`;
}
