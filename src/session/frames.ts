/**
 * @file When to request the next attention frame: never two at once, never faster than the page paints.
 *
 * After a change (`touch`), a frame is requested once some time has passed since the last one arrived, and only
 * when the page paints again; a hidden page does not paint, so it does not request any. Where frames are slow,
 * training is slow too, and drawing takes cores from it, so the pause grows with the time the last one took.
 */

/** Calls back once: `ms` must have passed, and then the page must paint. */
export type Later = (ms: number, then: () => void) => void;

const afterPaint: Later = (ms, then) => {
  setTimeout(() => requestAnimationFrame(then), ms);
};

const PAUSE_MS = 250; // at most four frames a second
const PAUSES = 2; // times the last frame's latency, if that is more

export class FramePull {
  #wanted = false;
  #asked = false; // in flight, or waiting for the next paint
  #next = -Infinity; // ms, earliest time of the next request
  #since = 0; // ms, time of the last request

  constructor(
    private readonly ask: () => void,
    private readonly later: Later = afterPaint,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Something changed that a new frame would show. */
  touch() {
    this.#wanted = true;
    if (this.#asked) return;
    this.#asked = true;
    const wait = Math.max(0, this.#next - this.now());
    this.later(wait, () => {
      this.#wanted = false;
      this.#since = this.now();
      this.ask();
    });
  }

  /** The frame has arrived. */
  arrived() {
    const took = this.#asked ? this.now() - this.#since : 0;
    this.#asked = false;
    this.#next = this.now() + Math.max(PAUSE_MS, PAUSES * took);
    if (this.#wanted) this.touch();
  }
}
