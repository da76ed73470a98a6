/**
 * @file Whether the pattern nearest to a mask is meaningful. There is always a nearest pattern, even to noise, but then
 * any conclusion from it (this query should not read that key) would be made up.
 */
import { maskOf, numbersIn } from '../../attention/expression';
import { pairsOf, type Mask } from '../../attention/mask';
import type { Found } from './nearest';
import { FEW } from './traces';

/** Share of the cells a pattern opens, and of those it blocks, that may differ. */
const MAX_DIFFERENT = 1 / 4;
/**
 * Bits by which a pattern with its wrong cells must describe the mask in less than noise would; one noise mask in 2^12
 * does.
 */
const SHORTER = 12;
/** Bits to name the family. */
const FAMILY = 5;
/** Share of cells that may differ from an all-open or all-blocked mask. */
const CONSTANT = 1 / 64;

export function isKnown(mask: Mask, { expression, difference: { cells: other } }: Found): boolean {
  if (other <= 1) return true;
  const { queries, keys } = mask;
  const all = queries * keys;
  const [open, read] = [pairsOf(maskOf(expression, keys, queries)), pairsOf(mask)];
  const closed = all - open;
  // A few odd cells in a mask that is otherwise all open or all blocked; more look like noise, which may be mostly
  // open. A query that reads nothing at all is reported as such.
  if (open === 0 || closed === 0) {
    let dead = 0;
    for (let q = 0; q < queries; q++) if (mask.row(q).length === 0) dead++;
    const few = closed === 0 && 2 * dead <= queries ? other - dead * keys : other;
    return few <= FEW && few <= CONSTANT * all;
  }
  const lost = (other + open - read) / 2; // opened by the pattern, but not read
  const more = other - lost;
  if (lost > MAX_DIFFERENT * open || more > MAX_DIFFERENT * closed) return false;
  const asNoise = choice(all, read);
  const asPattern =
    choice(open, lost) +
    choice(closed, more) +
    FAMILY +
    numbersIn(expression).length * Math.log2(keys + 1);
  return asNoise - asPattern >= SHORTER;
}

/** Bits to say which `some` of `all` cells, and how many. */
const choice = (all: number, some: number): number =>
  (lnFactorial(all) - lnFactorial(some) - lnFactorial(all - some)) / Math.LN2 + Math.log2(all + 1);

/** ln n!, by Stirling's series; below 16 by its factors. */
function lnFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n);
}
