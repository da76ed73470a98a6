/** @file Why a query reads a key or does not, in words for a lesson, built from the words of the mask's terms. */
import { term, type Expression } from '../attention/expression';
import { sayBlocked, sayReads } from '../attention/words';

const UP_TO_ITSELF = sayReads(term('causal'));
const LATER = 'it comes later';

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
  const blocked = sayBlocked(expression, position, key, keys);
  if (blocked === '') {
    const reads = sayReads(expression);
    return `a token reads ${reads === UP_TO_ITSELF ? 'itself and everything before it' : reads}`;
  }
  // "Its own" means the query's; next to a key it would be mistaken for the key's.
  const said = blocked.replaceAll(/\bits own /g, 'the query’s own ').replaceAll(/\bits /g, 'the ');
  if (!said.startsWith(LATER)) return `key ${key} is ${said}`;
  const rest = said.slice(LATER.length).replace(/^, /, ' and is ');
  return `key ${key} comes later${rest}`;
}
