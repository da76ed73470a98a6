/** @file Windows and chunks that masks are too short to show. */
import { type Expression } from '../attention/expression';

/** Sizes of windows and chunks that reach over all `keys` tokens: these masks are the same without them. Ascending. */
export function unseenIn(expressions: readonly Expression[], keys: number): readonly number[] {
  const sizes = (one: Expression): readonly number[] => {
    if (one.off || one.kind === 'rows') return [];
    if (one.kind === 'not') return sizes(one.of);
    if (one.kind !== 'term') return one.of.flatMap(sizes);
    const [size] = one.numbers;
    return (one.term === 'window' || one.term === 'chunk') && size! >= keys ? [size!] : [];
  };
  return [...new Set(expressions.flatMap(sizes))].toSorted((a, b) => a - b);
}
