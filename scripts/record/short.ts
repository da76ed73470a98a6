/**
 * Rounds every number in a value to five significant digits, more than anyone sees; whole numbers (counts) stay exact.
 */
export function short<T>(value: T): T {
  const shorter = (one: unknown): unknown => {
    if (typeof one === 'number') return Number.isInteger(one) ? one : Number(one.toPrecision(5));
    if (Array.isArray(one)) return one.map(shorter);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, of]) => [name, shorter(of)]));
  };
  return shorter(value) as T;
}
