/**
 * @file When to ask for the next attention frame: never two at once, never faster than the page paints.
 *
 * A frame is wanted after something happened (`touch`), asked for `pause` ms after the last one arrived,
 * and only when the page paints again; a hidden page does not paint, so it does not ask.
 */

/** Calls back once, after `ms` and when the page next paints. */
export type Later = (ms: number, then: () => void) => void;

export const afterPaint: Later = (ms, then) => {
  setTimeout(() => requestAnimationFrame(then), ms);
};

const PAUSE_MS = 250; // at most four frames a second

export class FramePull {
  #wanted = false;
  #asked = false; // on its way, or waiting for the next paint
  #last = -Infinity; // ms

  constructor(
    private readonly ask: () => void,
    private readonly later: Later = afterPaint,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Something happened that a new frame would show. */
  touch() {
    this.#wanted = true;
    if (this.#asked) return;
    this.#asked = true;
    const wait = Math.max(0, this.#last + PAUSE_MS - this.now());
    this.later(wait, () => {
      this.#wanted = false;
      this.ask();
    });
  }

  /** The frame is here. */
  arrived() {
    this.#asked = false;
    this.#last = this.now();
    if (this.#wanted) this.touch();
  }
}
