/** @file Room for the numbers of a decoder's caches. */

/** Numbers of a cache. They may move when other room is made, so `numbers` is read again after that. */
export interface Room {
  readonly numbers: Float32Array;
  /** In bytes, if they lie in the memory of a WebAssembly module. */
  readonly address: number;
}

/** Makes room for caches, filled with zeros. Throws a RangeError if the memory is refused. */
export interface Store {
  room(length: number): Room;
  /** The room is not used any more. */
  release(room: Room): void;
}

/** Room outside of WebAssembly. */
export const plainStore: Store = {
  room: (length) => ({ numbers: new Float32Array(length), address: 0 }),
  release: () => {},
};

/** What every call of `make` makes; if one is refused, what the earlier ones made is given back. */
export function allOrNone<T>(
  makes: readonly (() => T)[],
  release: (made: T) => void,
): readonly T[] {
  const made: T[] = [];
  try {
    for (const make of makes) made.push(make());
    return made;
  } catch (cause) {
    for (const one of made) release(one);
    throw cause;
  }
}
