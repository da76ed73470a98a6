/** @file A cell of a layer in words: what its row reads, and why it is open or blocked. */
import { verdictOf, type Verdict } from '../attention/expression';
import { positionOf, type Mask } from '../attention/mask';
import { count, has, sayRuns } from '../attention/runs';
import type { LayerDoc } from './doc';

/** 'query 7 reads 4 of 8 keys: 4 to 7'. */
export function sayRow(mask: Mask, query: number): string {
  const row = mask.row(query);
  const position = positionOf(mask, query);
  const stands = position === query ? '' : `, at position ${position},`;
  return `query ${query}${stands} reads ${count(row)} of ${mask.keys} keys${row.length > 0 ? `: ${sayRuns(row)}` : ''}`;
}

/** `mask`: that of the layer. */
export function whyCell(
  { expression, paint }: LayerDoc,
  mask: Mask,
  { query, key }: { readonly query: number; readonly key: number },
): Verdict {
  const allowed = has(mask.row(query), key);
  const painted = paint.some(
    (one) => query >= one.query && query < one.toQuery && key >= one.key && key < one.toKey,
  );
  if (painted) return { allowed, because: ['painted by hand'] };
  const { because } = verdictOf(expression, positionOf(mask, query), key, mask.keys);
  return { allowed, because };
}
