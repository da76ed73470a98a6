/** @file The mask that a block table implies: the newest query of each text reads the blocks of its row. */
import { check } from '../../core/check';
import { rowsOf } from '../../attention/expression';
import { writeRows } from '../../attention/writeRows';
import type { Mask } from '../../attention/mask';
import { NONE, run, union, type Runs } from '../../attention/runs';
import { rowsIn } from './forms';
import type { Tensor } from './matrix';
import { type Implied, type Read, checkTokens } from './impliedTerms';

export function ofBlocks(
  rows: readonly (readonly number[])[],
  { block }: Read,
  others: readonly Tensor[],
): Implied {
  const lengths = others.find(({ name = '' }) => /^(.*: )?(seq|context|kv)_?lens?$/i.test(name));
  const long = lengths && rowsIn(lengths).flat();
  const last = Math.max(...rows.flat());
  check(
    rows.flat().every(Number.isInteger) && last >= 0,
    `the block table holds ${last}; it should have the numbers of blocks, and -1 where there is none`,
  );
  const T = (last + 1) * block;
  checkTokens(T);
  const used = rows.map((row, text) => {
    // Unused entries hold -1, or one repeated number.
    const filled = long ? Math.ceil(long[text]! / block) : countUsed(row);
    return row.slice(0, filled).filter((one) => one >= 0);
  });
  const mask: Mask = {
    queries: rows.length,
    keys: T,
    row: (text) =>
      used[text]!.reduce<Runs>((runs, one, i) => {
        const to = long ? Math.min(block, long[text]! - i * block) : block;
        return union(runs, run(one * block, one * block + to));
      }, NONE),
  };
  const readers = new Map<number, number>();
  for (const one of used)
    for (const id of new Set(one)) readers.set(id, (readers.get(id) ?? 0) + 1);
  const shared = [...readers].filter(([, texts]) => texts > 1).map(([id]) => id);
  const twice = used.findIndex((one) => new Set(one).size < one.length);
  return {
    T,
    ...(rows.length !== T && { queries: rows.length }),
    expression: rowsOf(writeRows(mask)),
    says: [
      `A block table of ${rows.length} ${rows.length === 1 ? 'text' : 'texts'}, in blocks of ${block}: row i is the newest query of text i, and keys are the slots of the cache, ${last + 1} blocks.`,
      shared.length > 0
        ? `Blocks read by more than one text: ${shared.slice(0, 8).join(', ')}, as a shared prefix is.`
        : 'No block is read by two texts.',
      ...(twice >= 0 ? [`Text ${twice} has a block twice, which overwrites itself.`] : []),
      ...(long
        ? []
        : [
            'Without the lengths of the texts in a separate array, the last block of each is taken as full.',
          ]),
    ].join(' '),
  };
}

/** Blocks before the trailing fill: -1, or 0 more than once. */
function countUsed(row: readonly number[]): number {
  const fill = row.at(-1)!;
  if (fill > 0) return row.length;
  const used = row.findLastIndex((one) => one !== fill) + 1;
  return fill < 0 || row.length - used > 1 ? used : row.length;
}
