/**
 * @file A picture of a document for places without the widget: the mask with its numbers, the layers above it, the first
 * wrong cell marked. Pixels are places in a palette, so that Python writes a small PNG of them.
 */
import type { Mask } from '../attention/mask';
import { LIGHT } from '../draw/palette';
import { maskOfLayer, queriesOf, stretchesOf } from '../masks/doc';
import { thumbnailOf } from '../masks/thumbnail';
import { tileOf } from '../masks/tile';
import type { ShownDoc } from './state';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Colours as #rrggbb. */
  readonly palette: readonly string[];
  /** [height, width] places in the palette. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

const SIDE = 400; // px, at most
const LEFT = 34;
const TOP = 16;
const MARGIN = 8; // px, of paper: a notebook may be dark
const STAMP = 30;
const GAP = 6;
const GRID = 9; // px, side of a cell from which on lines are drawn between cells
const MAX_STAMPS = 12;
const TONES = 17;

const TONE = 0; // from blocked to read
const PAPER = TONES;
const LINE = TONES + 1;
const GREY = TONES + 2;
const INK = TONES - 1;
const ACCENT = TONES + 3;

const bytes = (colour: string) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
const hex = (parts: readonly number[]) =>
  `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
/** Blocked is wash and read is ink, as on the page; what is read in part lies between. */
const palette = [
  ...Array.from({ length: TONES }, (_, i) => {
    const [from, to] = [bytes(LIGHT.wash), bytes(LIGHT.ink)];
    const share = i === 0 ? 0 : Math.max(0.12, i / (TONES - 1));
    return hex(from.map((one, c) => one + (to[c]! - one) * share));
  }),
  LIGHT.panel,
  '#e3e0d8',
  '#66635c',
  LIGHT.accent,
];

/** Digits of 3 × 5 pixels, row by row, and the signs between them. */
const DIGITS: Readonly<Record<string, string>> = {
  '0': '111101101101111',
  '1': '010110010010111',
  '2': '111001111100111',
  '3': '111001111001111',
  '4': '101101111001001',
  '5': '111100111001111',
  '6': '111100111101111',
  '7': '111001001001001',
  '8': '111101111101111',
  '9': '111101111001111',
  '-': '000000111000000',
};
const DOT = 2; // px of a digit's pixel
const ADVANCE = 4 * DOT;

export function pictureOf(
  { doc }: ShownDoc,
  layer: number,
  marked: { readonly query: number; readonly key: number } | undefined,
): Picture {
  const mask = maskOfLayer(doc.layers[layer]!, doc.T, queriesOf(doc));
  const stretches = stretchesOf(doc.layers);
  const stamps = stretches.length > 1 ? stretches.slice(0, MAX_STAMPS) : [];
  const above = stamps.length > 0 ? STAMP + 2 * GAP + 5 * DOT : 0;
  const side = Math.max(mask.queries, mask.keys);
  const tile = tileOf(mask, { query: 0, key: 0, side }, SIDE);
  const across = Math.max(1, Math.floor(SIDE / tile.size));
  // Thin rows are hard to see: a mask of few rows has taller ones.
  const down = Math.max(across, Math.min(36, Math.floor(SIDE / 4 / tile.high)));
  const wide = Math.ceil((mask.keys * tile.size) / side) * across;
  const high = tile.high * down;
  const width = Math.max(LEFT + wide + 1, LEFT + stamps.length * (STAMP + GAP));
  const height = above + TOP + high + 1;
  const canvas = new Canvas(width, height);

  let from = 0;
  stamps.forEach(({ layer: one, count }, i) => {
    const x = LEFT + i * (STAMP + GAP);
    const small = thumbnailOf(maskOfLayer(one, doc.T, queriesOf(doc)), STAMP);
    canvas.cells(x, 0, STAMP, small, 1, 1, (cell) => (cell ? INK : TONE));
    canvas.frame(x, 0, STAMP, STAMP, layer >= from && layer < from + count ? ACCENT : LINE);
    canvas.words(
      count === 1 ? `${from + 1}` : `${from + 1}-${from + count}`,
      x + STAMP / 2,
      STAMP + 3,
      0.5,
    );
    from += count;
  });

  const y0 = above + TOP;
  canvas.cells(LEFT, y0, wide / across, tile.cells, across, down, toneOf, tile.size);
  const [px, py] = [wide / mask.keys, high / mask.queries];
  if (px >= GRID && py >= GRID) {
    for (let k = 1; k < mask.keys; k++) canvas.box(LEFT + k * px, y0, 1, high, LINE);
    for (let q = 1; q < mask.queries; q++) canvas.box(LEFT, y0 + q * py, wide, 1, LINE);
  }
  canvas.frame(LEFT - 1, y0 - 1, wide + 2, high + 2, GREY);
  for (const key of ticks(mask.keys, px, 40))
    canvas.words(String(key), LEFT + (key + 0.5) * px, y0 - 14, 0.5);
  for (const query of ticks(mask.queries, py, 24))
    canvas.words(String(query), LEFT - 5, y0 + (query + 0.5) * py - 5, 1);
  if (marked) {
    const [w, h] = [Math.max(7, px), Math.max(7, py)];
    const x = LEFT + (marked.key + 0.5) * px - w / 2;
    const y = y0 + (marked.query + 0.5) * py - h / 2;
    canvas.frame(x, y, w, h, ACCENT);
    canvas.frame(x - 1, y - 1, w + 2, h + 2, ACCENT);
  }
  return bordered(width, height, canvas.pixels);
}

function bordered(width: number, height: number, inner: Uint8Array): Picture {
  const [across, down] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const pixels = new Uint8Array(across * down).fill(PAPER);
  for (let y = 0; y < height; y++)
    pixels.set(inner.subarray(y * width, (y + 1) * width), (y + MARGIN) * across + MARGIN);
  return { width: across, height: down, palette, pixels };
}

/** Round numbers, `room` pixels apart or more. */
function ticks(count: number, cell: number, room: number): readonly number[] {
  let step = 1;
  while (step * cell < room) step *= 2;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

const toneOf = (share: number) => (share === 0 ? TONE : Math.max(1, Math.round(share / 16)));

class Canvas {
  readonly pixels: Uint8Array<ArrayBuffer>;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.pixels = new Uint8Array(width * height).fill(PAPER);
  }

  box(x: number, y: number, wide: number, high: number, colour: number): void {
    const [left, top] = [Math.max(0, Math.round(x)), Math.max(0, Math.round(y))];
    const [right, bottom] = [Math.round(x + wide), Math.round(y + high)];
    for (let row = top; row < Math.min(this.height, bottom); row++)
      this.pixels.fill(
        colour,
        row * this.width + left,
        row * this.width + Math.min(this.width, right),
      );
  }

  frame(x: number, y: number, wide: number, high: number, colour: number): void {
    this.box(x, y, wide, 1, colour);
    this.box(x, y + high - 1, wide, 1, colour);
    this.box(x, y, 1, high, colour);
    this.box(x + wide - 1, y, 1, high, colour);
  }

  /** Cells of `cells`, rows of `stride`, of which the first `columns` are drawn. */
  cells(
    x: number,
    y: number,
    columns: number,
    cells: Uint8Array,
    wide: number,
    high: number,
    colour: (cell: number) => number,
    stride = columns,
  ): void {
    for (let row = 0; row < cells.length / stride; row++)
      for (let column = 0; column < columns; column++)
        this.box(
          x + column * wide,
          y + row * high,
          wide,
          high,
          colour(cells[row * stride + column]!),
        );
  }

  /** `anchor`: 0 to begin at x, 1 to end there. Stays within the picture. */
  words(text: string, x: number, y: number, anchor: number): void {
    const wide = text.length * ADVANCE - DOT;
    let at = Math.round(Math.min(this.width - wide, Math.max(0, x - anchor * wide)));
    for (const letter of text) {
      [...(DIGITS[letter] ?? '')].forEach((on, i) => {
        if (on === '1') this.box(at + (i % 3) * DOT, y + Math.floor(i / 3) * DOT, DOT, DOT, GREY);
      });
      at += ADVANCE;
    }
  }
}

const LETTERS = 24; // of a drawing, across

/** The mask in a terminal: two cells per letter, one above the other. */
export function drawingOf(mask: Mask): readonly string[] {
  const side = Math.min(LETTERS, Math.max(mask.queries, mask.keys));
  const [rows, columns] = [Math.min(side, mask.queries), Math.min(side, mask.keys)];
  const reads = (y: number, x: number) => {
    if (y >= rows) return false;
    const query = Math.floor(((y + 0.5) * mask.queries) / rows);
    const key = Math.floor(((x + 0.5) * mask.keys) / columns);
    const runs = mask.row(query);
    for (let r = 0; r < runs.length; r += 2) if (runs[r]! <= key && key < runs[r + 1]!) return true;
    return false;
  };
  return Array.from({ length: Math.ceil(rows / 2) }, (_, y) =>
    Array.from(
      { length: columns },
      (_, x) => ['·', '▄', '▀', '█'][2 * Number(reads(2 * y, x)) + Number(reads(2 * y + 1, x))],
    ).join(''),
  );
}
