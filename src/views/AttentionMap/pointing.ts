/** @file From a pointer over a square map to a cell, and from arrow keys to the next one. */

export interface At {
  readonly query: number; // token
  readonly key: number; // token
}

/** The cell under a pointer, given by its first tokens. */
export function cellAt(
  event: { readonly clientX: number; readonly clientY: number },
  box: DOMRect,
  { size, factor, T }: { readonly size: number; readonly factor: number; readonly T: number },
): At {
  const token = (offset: number, length: number) => {
    const cell = Math.min(size - 1, Math.max(0, Math.floor((offset / length) * size)));
    return Math.min(T - 1, cell * factor);
  };
  return {
    query: token(event.clientY - box.top, box.height),
    key: token(event.clientX - box.left, box.width),
  };
}

const ARROWS: Readonly<Record<string, readonly [queries: number, keys: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-8, 0],
  PageDown: [8, 0],
};

/** Where a keyboard key moves the cursor; undefined if nowhere. */
export function step(key: string, at: At, factor: number, T: number): At | undefined {
  const clamp = (token: number) => Math.min(T - 1, Math.max(0, token));
  if (key === 'Home') return { ...at, key: 0 };
  if (key === 'End') return { ...at, key: at.query };
  const arrow = ARROWS[key];
  return (
    arrow && { query: clamp(at.query + arrow[0] * factor), key: clamp(at.key + arrow[1] * factor) }
  );
}
