/** A value with every number in it of five digits, which are more than anybody sees; whole numbers, counts, stay exact. */
export function short<T>(value: T): T {
  const shorter = (one: unknown): unknown => {
    if (typeof one === 'number') return Number.isInteger(one) ? one : Number(one.toPrecision(5));
    if (Array.isArray(one)) return one.map(shorter);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, of]) => [name, shorter(of)]));
  };
  return shorter(value) as T;
}
