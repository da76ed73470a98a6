/** @file Paints the visible part of a mask onto a canvas, from the last tile that arrived. */
import { rgb } from 'd3';
import type { Tile } from '../../state/answers.svelte';
import type { Workbench } from '../../state/workbench.svelte';
import type { theme } from '../../views/theme.svelte';

const GRID = 9; // px, side of a cell from which on lines are drawn between cells

interface Shown {
  readonly tile: Tile | undefined;
  readonly viewport: Workbench['viewport'];
  readonly T: number;
  readonly queries: number;
  readonly rows: number; // in the picture
  readonly px: number; // CSS pixels, width of a cell
  readonly pixels: number; // of the canvas, across
  readonly high: number; // of the canvas, down
}

/** `scratch` is another canvas, kept from one time to the next. */
export function paintMask(
  canvas: HTMLCanvasElement,
  scratch: HTMLCanvasElement,
  { tile, viewport, T, queries, rows, px, pixels, high }: Shown,
  palette: (typeof theme)['palette'],
): void {
  const context = canvas.getContext('2d')!;
  if (canvas.width !== pixels || canvas.height !== high) {
    canvas.width = pixels;
    canvas.height = high;
  }
  const style = getComputedStyle(canvas);
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, pixels, high);
  if (!tile) return;
  drawTile(scratch, tile, style, palette);
  const scale = pixels / viewport.side;
  const tall = high / rows;
  context.save();
  // Cells beyond the last query or key do not exist, which must look different from blocked cells.
  context.beginPath();
  context.rect(0, 0, (T - viewport.key) * scale, (queries - viewport.query) * tall);
  context.clip();
  context.drawImage(
    scratch,
    (tile.viewport.key - viewport.key) * scale,
    (tile.viewport.query - viewport.query) * tall,
    tile.viewport.side * scale,
    tile.queries * tall,
  );
  if (px >= GRID) {
    context.strokeStyle = style.getPropertyValue('--line');
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 1; i < viewport.side; i++) {
      const [right, down] = [Math.round(i * scale) + 0.5, Math.round(i * tall) + 0.5];
      context.moveTo(right, 0);
      context.lineTo(right, high);
      context.moveTo(0, down);
      context.lineTo(pixels, down);
    }
    context.stroke();
  }
  context.restore();
}

/** The tile, a pixel per pixel; cells that only one of two masks lets through are tinted. */
function drawTile(
  scratch: HTMLCanvasElement,
  { size, high, cells, other }: Tile,
  style: CSSStyleDeclaration,
  palette: (typeof theme)['palette'],
): void {
  scratch.width = size;
  scratch.height = high;
  const image = new ImageData(size, high);
  const out = new Uint32Array(image.data.buffer);
  // A lookup table from share to colour: a picture has half a million pixels.
  const colours = Uint32Array.from({ length: 256 }, (_, share) =>
    share === 0
      ? palette.blocked
      : share === 255
        ? palette.exact
        : palette.ink[Math.max(24, share)]!,
  );
  for (let i = 0; i < out.length; i++) out[i] = colours[cells[i]!]!;
  if (other) {
    const [mine, others] = ['--run-3', '--run-2'].map((name) =>
      pixelOf(style.getPropertyValue(name)),
    );
    for (let i = 0; i < out.length; i++)
      if (other[i] !== cells[i]) out[i] = other[i]! < cells[i]! ? mine! : others!;
  }
  scratch.getContext('2d')!.putImageData(image, 0, 0);
}

function pixelOf(colour: string): number {
  const { r, g, b } = rgb(colour.trim());
  return new Uint32Array(Uint8ClampedArray.of(r, g, b, 255).buffer)[0]!;
}
