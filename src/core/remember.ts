/** Caches what `make` returns for an object that never changes, as long as the object is in use. */
export function rememberingOf<K extends object, T>(make: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, { readonly made: T }>();
  return (of) => {
    let one = known.get(of);
    if (!one) known.set(of, (one = { made: make(of) }));
    return one.made;
  };
}

/**
 * Caches the results of `make` by its argument, a text; the whole cache is dropped when there are more than `most`
 * entries.
 */
export function remembering<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text)!;
    const made = make(text);
    if (known.size >= most) known.clear();
    known.set(text, made);
    return made;
  };
}
