/** One cell of one head: query and key are tokens of the watched sequence, layers and heads count from 0. */
export interface Cell {
  readonly layer: number;
  readonly head: number;
  readonly query: number;
  readonly key: number;
}

/** Hover previews, click locks the query, Esc unlocks it. While a query is locked, hovering still moves the key. */
export class Selection {
  #peek = $state.raw<Cell | undefined>();
  #locked = $state.raw<Cell | undefined>();

  locked = $derived(this.#locked !== undefined);
  /** The cell whose query is locked. */
  lockedCell = $derived(this.#locked);
  cell = $derived.by(() => {
    const [peek, lock] = [this.#peek, this.#locked];
    return peek && lock ? { ...peek, query: lock.query } : (peek ?? lock);
  });

  peek = (cell: Cell | undefined) => {
    this.#peek = cell;
  };

  /** Locks the cell's query, or unlocks it if it is locked. */
  lock = (cell: Cell) => {
    const again = this.#locked?.query === cell.query && this.#peek?.query === cell.query;
    this.#locked = again ? undefined : cell;
  };

  /** Moves the keyboard cursor; a lock moves with it. */
  move = (cell: Cell) => {
    this.#peek = cell;
    if (this.#locked) this.#locked = cell;
  };

  free = () => {
    this.#peek = undefined;
    this.#locked = undefined;
  };

  /** Locks this cell, or none: called when a URL was opened. */
  restore = (cell: Cell | undefined) => {
    this.#peek = undefined;
    this.#locked = cell;
  };

  /** The model changed: deselects what no longer exists. */
  fit(layers: number, heads: number, T: number) {
    const fits = (cell: Cell | undefined) =>
      !cell || (cell.layer < layers && cell.head < heads && cell.query < T && cell.key < T);
    if (!fits(this.#locked) || !fits(this.#peek)) this.free();
  }
}
