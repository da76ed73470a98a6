/**
 * What follows a hand once it has come to rest: after a while without a further change, and where the hand holds a slider
 * not before it lets go. To build four models anew at every value it passes would keep the page from following it.
 */
export class Settling {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = false;
  /** Something changed while it was held. */
  #waits = false;

  constructor(private readonly act: () => void) {}

  /** Something changed: `act` follows after `ms`, counted from the last change. */
  after(ms: number) {
    this.stop();
    if (this.#held) this.#waits = true;
    else this.#timer = setTimeout(this.#follow, ms);
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

  /** What changed is not followed any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waits = false;
  }

  #follow = () => {
    this.#timer = undefined;
    this.act();
  };
}
