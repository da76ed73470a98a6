/**
 * @file Paints canvases when the page next paints, and as many in one frame as it has time for: a model may have 32 maps
 * of 65,536 cells, and a frame that painted all of them would keep the hand waiting. What waits longest comes first.
 */

/** What painting needs of a canvas. */
export type Canvas = Pick<HTMLCanvasElement, 'width' | 'height' | 'getContext'>;

interface Size {
  readonly width: number; // pixels
  readonly height: number; // pixels
}

/** Fills a picture of that size; what was in it before is not there to be read. */
export type Fill = (image: ImageData) => void;

/** Of a frame's 16: the rest is for laying out, and for what else changes. */
const BUDGET_MS = 6;

interface EaselOptions {
  next?(then: () => void): void;
  now?(): number; // ms
  image?(size: Size): ImageData;
}

export class Easel {
  readonly #waiting = new Map<Canvas, readonly [Size, Fill]>();
  #asked = false;
  /** The last picture: most canvases of a page are of one size, and its memory is used again. */
  #image: ImageData | undefined;

  constructor(private readonly options: EaselOptions = {}) {}

  /** Paints the canvas soon; asked again meanwhile it keeps its turn, and the last picture is painted. */
  paint(canvas: Canvas, size: Size, fill: Fill): void {
    this.#waiting.set(canvas, [size, fill]);
    this.#ask();
  }

  /** The canvas is gone. */
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
    // Setting a size that it has would lay out the page again.
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

/** The page's. */
export const easel = new Easel();
