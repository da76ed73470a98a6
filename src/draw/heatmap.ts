/**
 * @file Cells to pixels: one pixel per cell, queries down, keys across. The browser scales up.
 *
 * Kinds of cells are those of attention/cells (0 blocked, 1 exact, 2 summary) and, in pictures of the reach, 3 for a
 * token reached through the layers before.
 */
import { BLOCKED, EXACT } from '../attention/cells';
import type { Palette, Pixel } from './palette';
import { THROUGH } from './reachCells';

/** What painting needs of an ImageData. */
export interface PixelBytes {
  readonly data: Uint8ClampedArray;
}

const pixelsOf = ({ data }: PixelBytes) =>
  new Uint32Array(data.buffer, data.byteOffset, data.length / 4);

/** The minimum ink, of 255, of a key that may be read, even if its weight is 0: only blocked keys are blank. */
const FAINT = 34;

/** Ink by √weight, so that small weights are visible; what the mask blocks stays blank. */
export function paintWeights(
  image: PixelBytes, // size² pixels
  weights: Float32Array, // [size, size], one head
  mask: Uint8Array, // [size, size]
  palette: Palette,
): void {
  const pixels = pixelsOf(image);
  const { blocked, ink } = palette;
  // All maps of a model are painted at once: `| 0` truncates, and turns NaN into 0, in half the time of Math.round.
  for (let i = 0; i < pixels.length; i++)
    pixels[i] =
      mask[i] === BLOCKED
        ? blocked
        : ink[Math.min(255, (FAINT + (255 - FAINT) * Math.sqrt(weights[i]!) + 0.5) | 0) || FAINT]!;
}

/** Smallest cell side, in pixels, with lines drawn between cells. */
export const LINED = 7;

/** Kinds of cells, each in its texture from ./textures; `fine`: pixels per cell side. */
export function paintKinds(
  image: PixelBytes, // (size · fine)² pixels
  kinds: Uint8Array, // [size, size]
  size: number,
  palette: Palette,
  fine = 1,
): void {
  const pixels = pixelsOf(image);
  const side = size * fine;
  const edge = fine >= LINED ? fine - 1 : fine;
  for (let y = 0, i = 0; y < side; y++) {
    const row = Math.floor(y / fine) * size;
    for (let x = 0; x < side; x++, i++) {
      const kind = kinds[row + Math.floor(x / fine)]!;
      pixels[i] =
        y % fine === edge || x % fine === edge
          ? palette.ink[0]! // the paper's colour
          : kind === BLOCKED
            ? palette.blocked
            : kind === EXACT
              ? palette.exact
              : inTwoTones(kind === THROUGH ? dotted(y, x) : hatched(y, x), palette, fine);
    }
  }
}

/** Nothing has been computed yet: all blank, never a guess. */
export function paintBlank(image: PixelBytes, palette: Palette): void {
  pixelsOf(image).fill(palette.blocked);
}

/** One row of T pixels: which tokens the selected query depends on, and the query itself. */
export function paintReach(
  image: PixelBytes, // T pixels
  reached: Uint8Array, // [T]
  query: number,
  palette: Palette,
): void {
  const pixels = pixelsOf(image);
  for (let k = 0; k < pixels.length; k++) {
    pixels[k] = k === query ? palette.selected : reached[k] ? palette.reached : palette.blocked;
  }
}

/** Whether a texture has ink at a pixel. */
const hatched = (y: number, x: number): boolean => (y + x) % 4 < 2;
const dotted = (y: number, x: number): boolean => y % 3 === 1 && x % 3 === 1;
/** Squares with sides of four pixels. */
export const inkOfChecks = (y: number, x: number): boolean => ((y >> 2) + (x >> 2)) % 2 === 0;

/** Two tones if a cell is a single pixel; ink on paper if cells are larger. */
const inTwoTones = (inked: boolean, { tones, ink }: Palette, fine: number): Pixel =>
  fine < LINED ? tones[inked ? 0 : 1] : ink[inked ? 255 : 0]!;
