/**
 * @file Paints canvases when the page next paints, and as many in one frame as it has time for: a model may have 32
 * maps of 65,536 cells, and a frame that painted all of them would delay the response to input. The canvas that has
 * waited longest comes first.
 */

/** What painting needs of a canvas. */
export type Canvas = Pick<HTMLCanvasElement, 'width' | 'height' | 'getContext'>;

interface Size {
  readonly width: number; // pixels
  readonly height: number; // pixels
}

/** Fills a picture of that size. Its previous content is undefined. */
export type Fill = (image: ImageData) => void;

/** Milliseconds of a frame's 16; the rest is for layout and for other changes. */
const BUDGET_MS = 6;

interface EaselOptions {
  next?(then: () => void): void;
  now?(): number; // ms
  image?(size: Size): ImageData;
}

export class Easel {
  readonly #waiting = new Map<Canvas, readonly [Size, Fill]>();
  #asked = false;
  /** The last picture, reused because most canvases of a page have the same size. */
  #image: ImageData | undefined;

  constructor(private readonly options: EaselOptions = {}) {}

  /**
   * Paints the canvas soon. If this is called again before that, the canvas keeps its turn and the last picture is
   * painted.
   */
  paint(canvas: Canvas, size: Size, fill: Fill): void {
    this.#waiting.set(canvas, [size, fill]);
    this.#ask();
  }

  /** Call when the canvas is removed. */
  forget(canvas: Canvas): void {
    this.#waiting.delete(canvas);
  }

  #ask() {
    if (this.#asked || this.#waiting.size === 0) return;
    this.#asked = true;
    const { next = requestAnimationFrame } = this.options;
    next(() => {
      this.#asked = false;
      this.#frame();
      this.#ask();
    });
  }

  #frame() {
    const { now = () => performance.now() } = this.options;
    const ends = now() + BUDGET_MS;
    for (const [canvas, [size, fill]] of this.#waiting) {
      this.#waiting.delete(canvas);
      this.#put(canvas, size, fill);
      if (now() >= ends) return;
    }
  }

  #put(canvas: Canvas, size: Size, fill: Fill) {
    // Setting the size, even to its current value, would lay out the page again.
    if (canvas.width !== size.width) canvas.width = size.width;
    if (canvas.height !== size.height) canvas.height = size.height;
    const image = this.#imageOf(size);
    fill(image);
    (canvas.getContext('2d') as CanvasRenderingContext2D).putImageData(image, 0, 0);
  }

  #imageOf(size: Size): ImageData {
    const { image = ({ width, height }: Size) => new ImageData(width, height) } = this.options;
    const last = this.#image;
    if (last?.width === size.width && last.height === size.height) return last;
    return (this.#image = image(size));
  }
}

/** The easel of the page. */
export const easel = new Easel();
