/**
 * Delays actions until the user's input has settled: no further change for a while, and no slider held any more.
 * Rebuilding four models at every value that a slider passes would block the page.
 *
 * There may be several actions, each in a task of its own, so that the page can paint and receive events between them.
 * An action that returns false is the last.
 */
export class Settling {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = false;
  /** A value changed while a slider was held. */
  #waits = false;
  readonly #acts: readonly (() => unknown)[];

  constructor(...acts: readonly (() => unknown)[]) {
    this.#acts = acts;
  }

  /** Call when something changed: the actions follow `ms` after the last change. */
  after(ms: number) {
    this.stop();
    if (this.#held) this.#waits = true;
    else this.#follow(0, ms);
  }

  /**
   * Call when the user takes hold of a slider: nothing runs until `release`. Actions already scheduled wait until then,
   * because the user has just started another change.
   */
  hold = () => {
    this.#held = true;
    if (this.#timer === undefined) return;
    this.stop();
    this.#waits = true;
  };

  release = () => {
    this.#held = false;
    if (this.#waits) this.after(0);
  };

  /** Drops the pending action. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waits = false;
  }

  #follow(at: number, ms: number) {
    const act = this.#acts[at];
    if (!act) return;
    const timer = setTimeout(() => {
      const goesOn = act() !== false;
      // The action itself may have changed or stopped something.
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      if (goesOn) this.#follow(at + 1, 0);
    }, ms);
    this.#timer = timer;
  }
}
