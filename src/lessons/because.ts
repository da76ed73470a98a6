/** @file Why a query reads a key or does not, in words for a lesson, built from the words of the mask's terms. */
import { term, type Expression } from '../attention/expression';
import { blockedBy, sayReads } from '../attention/words';

const UP_TO_ITSELF = sayReads(term('causal'));

/**
 * The clause after 'because': 'a token reads its window of 3', or 'key 2 is outside the window of 3'. `position` is the
 * query's among `keys` tokens, all from 0.
 */
export function sayBecause(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
): string {
  const blocked = blockedBy(expression, position, key, keys, true);
  if (!blocked) {
    const reads = sayReads(expression);
    return reads === UP_TO_ITSELF
      ? 'a token reads itself and everything before it'
      : `a token reads ${reads}`;
  }
  const { later, beside } = blocked;
  if (!later) return `key ${key} is ${beside}`;
  return beside === '' ? `key ${key} comes later` : `key ${key} comes later and is ${beside}`;
}
