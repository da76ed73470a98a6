/**
 * @file Small files of models with images, and the cells that images open in their masks, to compare with transformers' own
 * masks.
 */
import { maskOf } from '../../src/attention/expression';
import { cellsOf } from '../../src/attention/mask';
import { readConfig } from '../../src/masks/configs';
import type { Images } from '../../src/masks/imageBlocks';

/** Tokens of the text, including images. */
export const TOKENS = 12;
export interface ImageCase {
  readonly type: string;
  /** Tokens [from, to) of each image; for a model whose prompt is one block, those of the prompt. */
  readonly images: readonly (readonly [from: number, to: number])[];
  readonly text: Readonly<Record<string, unknown>>;
}
const TWO = [
  [2, 7],
  [8, 11],
] as const;
const SMALL = { num_hidden_layers: 6, sliding_window: 3 };
const VISION = { ...SMALL, use_bidirectional_attention: 'vision' };

export const imageCases: readonly ImageCase[] = [
  { type: 'gemma3', images: TWO, text: { model_type: 'gemma3_text', ...SMALL } },
  { type: 'gemma4', images: TWO, text: { model_type: 'gemma4_text', ...VISION } },
  { type: 'paligemma', images: [[0, 7]], text: { model_type: 'gemma2', ...SMALL } },
  { type: 'molmo2', images: TWO, text: { model_type: 'molmo2_text', num_hidden_layers: 6 } },
];

/** Who reads whom with these images, in a layer that reads `text` without them: rows of 0 and 1. */
function opened(
  text: (q: number, k: number) => boolean,
  images: Images | undefined,
  window: number | undefined,
  spans: ImageCase['images'],
): readonly string[] {
  const block = (token: number) => {
    const at = spans.findIndex(([from, to]) => from <= token && token < to);
    return at < 0 || images?.who !== 'images' ? at : 0;
  };
  const within = (q: number, k: number) => !images?.cut || window === undefined || q - k < window;
  const both = (q: number, k: number) =>
    images !== undefined && block(q) >= 0 && block(q) === block(k) && within(q, k);
  const places = Array.from({ length: TOKENS }, (_, i) => i);
  return places.map((q) => places.map((k) => (text(q, k) || both(q, k) ? '1' : '0')).join(''));
}

/** By transformers' name for the kind of layer. */
export function masksOf({
  type,
  text,
  images,
}: ImageCase): Readonly<Record<string, readonly string[]>> {
  const { layers } = readConfig(JSON.stringify({ model_type: type, text_config: text }));
  return Object.fromEntries(
    layers.map((layer) => {
      const reads = cellsOf(maskOf(layer.expression, TOKENS));
      return [
        layer.type,
        opened((q, k) => reads[q * TOKENS + k] === 1, layer.images, layer.window, images),
      ];
    }),
  );
}

/** The differences, in sentences. */
export function comparedImages(
  found: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
): readonly string[] {
  return imageCases.flatMap((one) => {
    const [here, there] = [masksOf(one), found[one.type] ?? {}];
    const kinds = [...new Set([...Object.keys(here), ...Object.keys(there)])];
    return kinds
      .filter((kind) => here[kind]?.join() !== there[kind]?.join())
      .map((kind) => `${one.type}, ${kind}: with images its mask is not transformers' own`);
  });
}
