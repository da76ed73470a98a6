/** @file Painting cells with a pointer: a stroke paints every cell on its way, open or blocked as its first. */
import { same, wayTo, type At } from './cells';

type Pointer = Pick<PointerEvent, 'clientX' | 'clientY' | 'pointerType'>;

export class Stroke {
  readonly #put: (at: At, open: boolean) => void;
  #way:
    | {
        readonly from: At;
        last: At;
        readonly open: boolean;
        begun: boolean;
        readonly x: number;
        readonly y: number;
      }
    | undefined;

  constructor(put: (at: At, open: boolean) => void) {
    this.#put = put;
  }

  /** Between pressing and lifting the pointer, whether or not a cell has been painted yet. */
  get under(): boolean {
    return this.#way !== undefined;
  }

  /** A finger's stroke waits until it is lifted or moves sideways: up or down means scrolling. */
  down(at: At, open: boolean, { clientX: x, clientY: y, pointerType }: Pointer): void {
    this.#way = { from: at, last: at, open, begun: pointerType !== 'touch', x, y };
    if (this.#way.begun) this.#put(at, open);
  }

  /** Whether the stroke went on to this cell. */
  move(at: At, { clientX, clientY }: Pointer): boolean {
    const way = this.#way;
    if (!way || same(at, way.last)) return false;
    if (!way.begun) {
      if (Math.abs(clientX - way.x) <= Math.abs(clientY - way.y)) return false;
      this.#put(way.from, way.open);
      way.begun = true;
    }
    for (const one of wayTo(way.last, at)) this.#put(one, way.open);
    way.last = at;
    return true;
  }

  /** Whether there was a stroke. */
  up(): boolean {
    const way = this.#way;
    if (!way) return false;
    if (!way.begun) this.#put(way.from, way.open);
    this.#way = undefined;
    return true;
  }

  /** The browser took the pointer, to scroll: nothing more is painted. */
  cancel(): void {
    this.#way = undefined;
  }
}
