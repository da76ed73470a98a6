/**
 * What follows a hand once it has come to rest: after a while without a further change, and where the hand holds a slider
 * not before it lets go. Building four models again at every value it passes would keep the page from following it.
 *
 * What follows may be several acts, each in a task of its own, so that the page can paint and hear between them. An act
 * that gives back false is the last.
 */
export class Settling {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = false;
  /** Something changed while it was held. */
  #waits = false;
  readonly #acts: readonly (() => unknown)[];

  constructor(...acts: readonly (() => unknown)[]) {
    this.#acts = acts;
  }

  /** Something changed: the acts follow after `ms`, counted from the last change. */
  after(ms: number) {
    this.stop();
    if (this.#held) this.#waits = true;
    else this.#follow(0, ms);
  }

  /** What was about to follow waits with the rest: the hand has only just come back. */
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
      // The act itself may have changed or stopped something.
      if (this.#timer !== timer) return;
      this.#timer = undefined;
      if (goesOn) this.#follow(at + 1, 0);
    }, ms);
    this.#timer = timer;
  }
}
