/** @file A mask in words, built from those of its terms: what a query reads, and why it may not read a key. */
import { listed } from '../core/numbers';
import { terms, verdictOf, type Expression } from './expression';
import { read } from './parse';

/**
 * 'its window of 6 and the first 4 tokens'. Leaves out that no later key is read. `ofKey`: in a sentence about a key, 'the
 * window of 6'.
 */
export function sayReads(expression: Expression, ofKey = false): string {
  const say = (one: Expression) => sayReads(one, ofKey);
  if (expression.off) return 'every token';
  if (expression.kind === 'term')
    return terms.get(expression.term).words(expression.numbers, ofKey);
  if (expression.kind === 'rows')
    return ofKey ? 'the keys given for the row' : 'the keys given for its row';
  if (expression.kind === 'not') return `every token but ${say(expression.of)}`;
  const on = expression.of.filter(({ off }) => !off);
  if (on.length === 0) return 'every token';
  if (expression.kind === 'or') return listed(on.map(say));

  const without = on.flatMap((one) => (one.kind === 'not' ? [say(one.of)] : []));
  const within = on.filter(({ kind }) => kind !== 'not');
  const narrow = within.filter((one) => one.kind !== 'term' || one.term !== 'causal');
  const parts = (narrow.length > 0 ? narrow : within).map(say);
  if (parts.length === 0) return `every token but ${listed(without)}`;
  const common = parts.length === 1 ? parts[0]! : `what ${listed(parts)} have in common`;
  return without.length > 0 ? `${common} without ${listed(without)}` : common;
}

/** Why a query may not read a key. */
interface Blocked {
  readonly later: boolean;
  /** 'outside its window of 6, within the padding'; empty if being later is the only reason. */
  readonly beside: string;
}

/** Why the query at `position` may not read `key` of `keys`; undefined if it may. */
export function blockedBy(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
  ofKey = false,
): Blocked | undefined {
  const { allowed, because } = verdictOf(expression, position, key, keys);
  if (allowed) return undefined;
  const say = (one: Expression) => sayReads(one, ofKey);
  const deciding = because.map(read);
  const outside = deciding.filter(
    (one) => one.kind === 'rows' || (one.kind === 'term' && one.term !== 'causal'),
  );
  const within = deciding.flatMap((one) => (one.kind === 'not' ? [say(one.of)] : []));
  return {
    later: deciding.some((one) => one.kind === 'term' && one.term === 'causal'),
    beside: [
      ...(outside.length > 0 ? [`outside ${listed(outside.map(say))}`] : []),
      ...(within.length > 0 ? [`within ${listed(within)}`] : []),
    ].join(', '),
  };
}

/** 'it comes later', 'outside its window of 6 and the first 4 tokens'. Empty if it may. */
export function sayBlocked(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
): string {
  const blocked = blockedBy(expression, position, key, keys);
  if (!blocked?.later) return blocked?.beside ?? '';
  return blocked.beside === '' ? 'it comes later' : `it comes later, ${blocked.beside}`;
}
