/** @file How a T × T attention map becomes a picture of at most MAX_CELLS cells per side. */

/** Maximum side of a map that is sent cell by cell. */
const MAX_CELLS = 256;
/** Maximum queries sampled per cell; more would cost more than the training step itself. */
const MAX_ASKED = 4;

export interface Pooling {
  readonly size: number; // cells per side
  readonly factor: number; // tokens per side of a cell
  readonly every: number; // one in this many of a cell's queries is sampled
}

export function poolingFor(T: number): Pooling {
  const factor = Math.ceil(T / MAX_CELLS);
  return { size: Math.ceil(T / factor), factor, every: Math.ceil(factor / MAX_ASKED) };
}
