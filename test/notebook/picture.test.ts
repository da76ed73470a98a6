/** @file The picture that stands in for a widget, and the drawing of letters. */
import { describe, expect, test } from 'vitest';
import { has } from '../../src/attention/runs';
import { read } from '../../src/attention/parse';
import { layerOf, maskOfLayer } from '../../src/masks/doc';
import { drawingOf, pictureOf } from '../../src/notebook/picture';

const docOf = (T: number, texts: readonly string[], queries = T) => ({
  of: '',
  says: '',
  doc: { T, ...(queries !== T && { queries }), layers: texts.map((text) => layerOf(read(text))) },
});
const MARGIN = 8;
const [LEFT, TOP] = [MARGIN + 34, MARGIN + 16];

describe('the picture of a mask', () => {
  test('shows each cell, dark if it may be read', () => {
    const shown = docOf(20, ['causal & window(3)']);
    const { width, pixels, palette } = pictureOf(shown, 0, undefined);
    const mask = maskOfLayer(shown.doc.layers[0]!, 20);
    for (let q = 0; q < 20; q++)
      for (let k = 0; k < 20; k++) {
        const at = (TOP + q * 20 + 10) * width + LEFT + k * 20 + 10;
        expect(palette[pixels[at]!]).toBe(has(mask.row(q), k) ? '#141413' : '#f2f0ea');
      }
  });

  test('keeps its numbers off its edge, which a dark notebook shows', () => {
    const { width, height, pixels, palette } = pictureOf(docOf(20, ['causal']), 0, undefined);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (Math.min(x, y, width - 1 - x, height - 1 - y) < MARGIN)
          expect(palette[pixels[y * width + x]!]).toBe('#ffffff');
  });

  test('frames the wrong cell', () => {
    const shown = docOf(20, ['causal']);
    const [plain, marked] = [undefined, { query: 7, key: 3 }].map((cell) =>
      pictureOf(shown, 0, cell),
    );
    const accent = plain!.palette.indexOf('#c93a17');
    expect(plain!.pixels).not.toContain(accent);
    expect(marked!.pixels[(TOP + 7 * 20) * plain!.width + LEFT + 3 * 20 + 9]).toBe(accent);
  });

  test('has a stamp for each kind of layer above it, and frames that of the layer shown', () => {
    const shown = docOf(20, ['causal & window(3)', 'causal & window(3)', 'causal']);
    const { width, pixels, palette, height } = pictureOf(shown, 2, undefined);
    expect(height).toBeGreaterThan(pictureOf(docOf(20, ['causal']), 0, undefined).height + 30);
    expect(palette[pixels[(MARGIN + 15) * width + LEFT]!]).toBe('#e3e0d8');
    expect(palette[pixels[(MARGIN + 15) * width + LEFT + 36]!]).toBe('#c93a17');
  });

  test.each([
    ['a mask of 16,384 tokens', 16_384, 16_384],
    ['a step of decoding', 300, 1],
    ['cross-attention', 5, 90],
    ['the smallest mask', 2, 2],
  ])('is small and whole for %s', (_, T, queries) => {
    const { width, height, pixels, palette } = pictureOf(
      docOf(T, ['causal | ahead(1)'], queries),
      0,
      {
        query: queries - 1,
        key: T - 1,
      },
    );
    expect(pixels.length).toBe(width * height);
    expect(Math.max(width, height)).toBeLessThan(480);
    expect(pixels.every((at) => at < palette.length)).toBe(true);
    expect(pixels.filter((at) => palette[at] === '#141413').length).toBeGreaterThan(100);
  });
});

test('a drawing has two cells in a letter', () => {
  const { doc } = docOf(5, ['causal & window(2)']);
  expect(drawingOf(maskOfLayer(doc.layers[0]!, 5))).toEqual(['█▄···', '·▀█▄·', '···▀▀']);
});
