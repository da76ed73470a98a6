/** @file A mask in words, built from those of its terms: what a query reads, and why it may not read a key. */
import { listed } from '../core/numbers';
import { terms, verdictOf, type Expression } from './expression';
import { read } from './parse';

/** 'its window of 6 and the first 4 tokens'. Leaves out that no later key is read. */
export function sayReads(expression: Expression): string {
  if (expression.off) return 'every token';
  if (expression.kind === 'term') return terms.get(expression.term).words(expression.numbers);
  if (expression.kind === 'rows') return 'the keys given for its row';
  if (expression.kind === 'not') return `every token but ${sayReads(expression.of)}`;
  const on = expression.of.filter(({ off }) => !off);
  if (on.length === 0) return 'every token';
  if (expression.kind === 'or') return listed(on.map(sayReads));

  const without = on.flatMap((one) => (one.kind === 'not' ? [sayReads(one.of)] : []));
  const within = on.filter(({ kind }) => kind !== 'not');
  const narrow = within.filter((one) => one.kind !== 'term' || one.term !== 'causal');
  const parts = (narrow.length > 0 ? narrow : within).map(sayReads);
  if (parts.length === 0) return `every token but ${listed(without)}`;
  const common = parts.length === 1 ? parts[0]! : `what ${listed(parts)} have in common`;
  return without.length > 0 ? `${common} without ${listed(without)}` : common;
}

/**
 * Why the query at `position` may not read `key` of `keys`: 'it comes later', 'outside its window of 6 and the first 4
 * tokens'. Empty if it may.
 */
export function sayBlocked(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
): string {
  const { allowed, because } = verdictOf(expression, position, key, keys);
  if (allowed) return '';
  const deciding = because.map(read);
  const later = deciding.some((one) => one.kind === 'term' && one.term === 'causal');
  const outside = deciding.filter(
    (one) => one.kind === 'rows' || (one.kind === 'term' && one.term !== 'causal'),
  );
  const within = deciding.flatMap((one) => (one.kind === 'not' ? [sayReads(one.of)] : []));
  return [
    ...(later ? ['it comes later'] : []),
    ...(outside.length > 0 ? [`outside ${listed(outside.map(sayReads))}`] : []),
    ...(within.length > 0 ? [`within ${listed(within)}`] : []),
  ].join(', ');
}
