import { describe, expect, test } from 'vitest';
import { BLOCKED, EXACT, SUMMARY } from '../../src/attention/cells';
import { paintBlank, paintKinds, paintReach, paintWeights } from '../../src/draw/heatmap';
import { LIGHT, paletteOf } from '../../src/draw/palette';
import { THROUGH } from '../../src/draw/reachCells';

const palette = paletteOf(LIGHT);
const imageOf = (pixels: number) => ({ data: new Uint8ClampedArray(4 * pixels) });
const pixels = ({ data }: { data: Uint8ClampedArray }) => [...new Uint32Array(data.buffer)];

describe('an attention map', () => {
  test('is blank where the mask blocks, however large the weight', () => {
    const image = imageOf(4);
    paintWeights(image, Float32Array.of(1, 1, 0.5, 0.5), Uint8Array.of(1, 0, 1, 1), palette);
    expect(pixels(image)[1]).toBe(palette.blocked);
  });

  test('is darker for larger weights, and full ink at 1', () => {
    const image = imageOf(4);
    paintWeights(image, Float32Array.of(1, 0.25, 0.01, 0), Uint8Array.of(1, 1, 1, 1), palette);
    const reds = [0, 1, 2, 3].map((i) => image.data[4 * i]!);
    expect(reds).toEqual([...reds].sort((a, b) => a - b));
    expect(pixels(image)[0]).toBe(palette.exact);
  });

  test('tells a visible key from a blank one, even at weight 0', () => {
    for (const colours of [
      LIGHT,
      { panel: '#1b1a19', ink: '#f3f1ea', wash: '#262523', accent: '#ff7a54' },
    ]) {
      const image = imageOf(2);
      paintWeights(image, Float32Array.of(0, 0), Uint8Array.of(1, 0), paletteOf(colours));
      expect(Math.abs(image.data[0]! - image.data[4]!)).toBeGreaterThan(15);
    }
  });

  test('draws a weight that is not a number or outside 0..1 without breaking', () => {
    const image = imageOf(4);
    paintWeights(image, Float32Array.of(NaN, -1, 2, Infinity), Uint8Array.of(1, 1, 1, 1), palette);
    expect(image.data.filter((_, i) => i % 4 === 3)).toEqual(new Uint8ClampedArray(4).fill(255));
  });

  test('has three looks for kinds of cells: ink, hatched and blank', () => {
    const image = imageOf(4);
    paintKinds(image, Uint8Array.of(EXACT, BLOCKED, SUMMARY, EXACT), 2, palette);
    const painted = pixels(image);
    expect(painted[0]).toBe(palette.exact);
    expect(painted[1]).toBe(palette.blocked);
    expect(palette.tones).toContain(painted[2]);
  });

  test('draws summaries differently from cells reached through layers', () => {
    const pictures = [SUMMARY, THROUGH].flatMap((kind) =>
      [1, 8].map((fine) => {
        const image = imageOf((6 * fine) ** 2);
        paintKinds(image, new Uint8Array(36).fill(kind), 6, palette, fine);
        return pixels(image).join();
      }),
    );
    expect(new Set(pictures).size).toBe(4);
  });

  test('has only blank cells before the first frame', () => {
    const image = imageOf(9);
    paintBlank(image, palette);
    expect(new Set(pixels(image))).toEqual(new Set([palette.blocked]));
  });
});

test('has a strip of reach that tells the query from the tokens it depends on', () => {
  const image = imageOf(4);
  paintReach(image, Uint8Array.of(0, 1, 1, 0), 2, palette);
  expect(pixels(image)).toEqual([
    palette.blocked,
    palette.reached,
    palette.selected,
    palette.blocked,
  ]);
});

test('every pixel is opaque', () => {
  expect(
    [...palette.ink].every((pixel) => new Uint8Array(Uint32Array.of(pixel).buffer)[3] === 255),
  ).toBe(true);
});

describe('cells of several pixels', () => {
  const size = 2;
  const kinds = Uint8Array.of(EXACT, BLOCKED, SUMMARY, EXACT);
  const at = (fine: number) => {
    const side = size * fine;
    const image = imageOf(side * side);
    paintKinds(image, kinds, size, palette, fine);
    const all = new Uint32Array(image.data.buffer);
    return (x: number, y: number) => all[y * side + x];
  };

  test('have lines of paper between them if there is room', () => {
    const pixel = at(8);
    expect(pixel(3, 3)).toBe(palette.exact);
    expect(pixel(11, 3)).toBe(palette.blocked);
    for (const end of [7, 15]) {
      expect(pixel(end, 3)).toBe(palette.ink[0]);
      expect(pixel(3, end)).toBe(palette.ink[0]);
    }
  });

  test('are hatched in ink and paper, and have no lines if they are small', () => {
    const tones = new Set(Array.from({ length: 7 }, (_, x) => at(8)(x, 11)));
    expect(tones).toEqual(new Set([palette.ink[0], palette.ink[255]]));
    expect(at(3)(2, 2)).toBe(palette.exact);
  });
});
