/** Number of undo steps. */
const MEMORY = 200;

/** What there was before the current value, and after it for what was undone. Neither includes the current value. */
export class Undo<T> {
  #past = $state.raw<readonly T[]>([]);
  #future = $state.raw<readonly T[]>([]);

  can = $derived(this.#past.length > 0);
  canRedo = $derived(this.#future.length > 0);

  /** `current` is being replaced. */
  leave(current: T) {
    this.#past = [...this.#past, current].slice(-MEMORY);
    this.#future = [];
  }

  /** The value before `current`, if there is one. */
  back(current: T): T | undefined {
    const before = this.#past.at(-1);
    if (before === undefined) return undefined;
    this.#future = [current, ...this.#future];
    this.#past = this.#past.slice(0, -1);
    return before;
  }

  /** The value that was undone last, if there is one. */
  again(current: T): T | undefined {
    const [after] = this.#future;
    if (after === undefined) return undefined;
    this.#past = [...this.#past, current];
    this.#future = this.#future.slice(1);
    return after;
  }

  forget() {
    this.#past = [];
    this.#future = [];
  }
}
