/** @file The colours of an attention map as finished pixels, so that painting is one look-up per cell. */
/** One RGBA pixel as the number that a Uint32Array over an image's bytes holds. */
export type Pixel = number;

export interface Palette {
  /** [256] colours from a weight of 0 to the full ink; the index is 255 · √weight. */
  readonly ink: Uint32Array;
  /** The query may not read this key. */
  readonly blocked: Pixel;
  /** Read exactly: the full ink. */
  readonly exact: Pixel;
  /** Two tones of ink for the textures of ./textures, used if a cell is too small for lines. */
  readonly tones: readonly [strong: Pixel, weak: Pixel];
  /** Reached by the selected query, and the query itself. */
  readonly reached: Pixel;
  readonly selected: Pixel;
}

/** Colours as the style sheet writes them: '#1f2a44' or '#rgb'. */
export interface PaletteColours {
  readonly panel: string;
  readonly ink: string;
  readonly wash: string;
  readonly accent: string;
}

export const LIGHT: PaletteColours = {
  panel: '#ffffff',
  ink: '#141413',
  wash: '#f2f0ea',
  accent: '#c93a17',
};

export function paletteOf({ panel, ink, wash, accent }: PaletteColours): Palette {
  return {
    ink: Uint32Array.from({ length: 256 }, (_, i) => mix(panel, ink, Math.min(1, i / 205))),
    blocked: mix(wash, wash, 0),
    exact: mix(ink, ink, 0),
    tones: [mix(panel, ink, 0.62), mix(panel, ink, 0.3)],
    reached: mix(wash, accent, 0.3),
    selected: mix(accent, accent, 0),
  };
}

/** `a` and `b` mixed in sRGB; bytes go through an array, so that the machine's byte order does not matter. */
function mix(a: string, b: string, t: number): Pixel {
  const [from, to] = [bytesOf(a), bytesOf(b)];
  const bytes = from.map((byte, i) => byte + (to[i]! - byte) * t);
  return new Uint32Array(Uint8ClampedArray.from([...bytes, 255]).buffer)[0]!;
}

/** Red, green and blue. Without d3, which the list of lessons needs for nothing else. */
function bytesOf(colour: string): readonly number[] {
  const digits = /^#(?:[\da-f]{6}|[\da-f]{3})$/i.test(colour) ? colour.slice(1) : '000000';
  const each = digits.length / 3;
  return [0, 1, 2].map((i) =>
    parseInt(digits.slice(i * each, (i + 1) * each).repeat(each === 1 ? 2 : 1), 16),
  );
}
