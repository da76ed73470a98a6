/** @file What a recognised mask is, in words. */
import { write, type Expression } from '../../attention/expression';
import { positionOf, type Mask } from '../../attention/mask';
import { openingIn } from '../repaired';
import { isRound } from '../besideRound';

export const sayCorner = (at: 'top left' | 'bottom right', { queries, keys }: Mask): string =>
  at === 'top left'
    ? 'aligned at the top left: query 0 is at key 0, as if no key had come before it'
    : `aligned at the bottom right: the last query is at the last key, and the first ${queries - keys} are before all keys and read none`;

/** The size of a causal window. */
export const windowIn = (expression: Expression): number | undefined => {
  const digits = /^causal & window\((\d+)\)$/.exec(write(expression))?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** How rows of padding that would read nothing were opened. */
export function openedPadding(expression: Expression, { keys }: Mask): readonly string[] {
  const opening = openingIn(expression, keys);
  if (!opening) return [];
  return [
    opening.to === 'everything'
      ? 'The rows of padding read everything, as transformers repairs rows that would read nothing.'
      : 'The rows of padding read only themselves, so that none of them reads nothing.',
  ];
}

/** A window counted by row number, although the queries, fewer than the keys, are at the end of the text. */
export function byRow(expression: Expression, { queries, keys }: Mask): string {
  const ahead = keys - queries;
  const window = Number(/window\((\d+)\)/.exec(write(expression))?.[1] ?? 0);
  return ahead > 0 && window - ahead > 1 && isSmall(window - ahead) && !isSmall(window)
    ? ` Its queries are at ${ahead} and after: counted by row instead of position, this is a window of ${window - ahead}.`
    : '';
}
const isSmall = (n: number) => (n & (n - 1)) === 0 || isRound(n);

/** A few patterns in words. */
export function wordsOf(expression: Expression): string | undefined {
  const text = write(expression);
  const window = windowIn(expression);
  if (window !== undefined)
    return `a causal window of ${window}, itself included: the query and ${window - 1} before`;
  const sides = /^window\((\d+)\) & !ahead\((\d+)\)$/.exec(text)?.slice(1).map(Number);
  if (sides) {
    const [before, after] = [sides[0]! - 1, sides[1]! - 1];
    return `a window to both sides, ${before} before each token and ${after} after it, ${before + 1 + after} keys with itself${before === after ? '' : ': the sides differ'}`;
  }
  if (/^causal & tree\(/.test(text))
    return `a tree of guessed tokens after a text, each reading its own branch: ${text}`;
  if (text === 'causal') return 'plain causal: every token reads all before it, and itself';
  if (text === 'causal | ahead(1)') return 'no mask at all: every token reads every token';
  return undefined;
}

export const ROUNDED =
  'Its smallest weights are about the least that their type can hold, so a 0 may be a small weight that was rounded: unread keys are not reported as faults.';

export const lookAhead = (mask: Mask): boolean =>
  Array.from({ length: mask.queries }, (_, q) => q).some(
    (q) => (mask.row(q).at(-1) ?? 0) > positionOf(mask, q) + 1,
  );
