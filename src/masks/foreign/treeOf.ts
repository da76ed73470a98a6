/** @file A tree of draft tokens at the end of a text, found in the rows of a mask. */
import { positionOf, type Mask } from '../../attention/mask';
import { clip, equal, has } from '../../attention/runs';
import { TINY } from './traces';

/** Maximum tokens of a tree. */
const MAX_TREE_TOKENS = 200;

/**
 * Draft tokens that branch, at the end of a text: where they begin, and the parent of each after the first. Undefined
 * if some row is not a text and one branch.
 */
export function treeOf(mask: Mask): readonly number[] | undefined {
  const ahead = positionOf(mask, 0);
  if (mask.queries > mask.keys) return undefined;
  let from = mask.keys;
  for (let q = 0; q < mask.queries; q++) {
    const row = mask.row(q);
    const missing = row[0] === 0 ? row[1]! : 0;
    if (missing <= ahead + q) from = Math.min(from, missing);
  }
  // A text comes before it; without one, it could also be a stride.
  if (from === 0 && mask.keys > TINY) return undefined;
  if (from < ahead || mask.keys - from > MAX_TREE_TOKENS || mask.keys - from < 2) return undefined;
  const parents: number[] = [];
  for (let at = from; at < mask.keys; at++) {
    const row = mask.row(at - ahead);
    const before = clip(row, from, at);
    const parent = before.length > 0 ? before.at(-1)! - 1 : at;
    if (!has(row, at) || row.at(-1) !== at + 1) return undefined;
    if (parent < at) {
      const above = clip(mask.row(parent - ahead), from, parent + 1);
      if (!equal(before, above)) return undefined;
    }
    if (at > from) parents.push(parent);
  }
  const branches = parents.some((parent, i) => parent >= from && parent < from + i);
  return branches || (from > 0 && areChains(parents, from)) ? [from, ...parents] : undefined;
}

/** Drafts of equal length, each after the same text. Without a text, consecutive chains are documents. */
function areChains(parents: readonly number[], from: number): boolean {
  const begins = [0, ...parents.flatMap((parent, i) => (parent === from + i + 1 ? [i + 1] : []))];
  const length = begins[1] ?? 0;
  return (
    length > 1 &&
    begins.length * length === parents.length + 1 &&
    begins.every((at, i) => at === i * length)
  );
}
