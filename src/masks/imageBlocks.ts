/**
 * @file What image tokens do to a causal mask: in some models those of one image read each other in both directions, in
 * all layers or only in those with a window. Masks are drawn for text alone; a note on each layer says what images add.
 *
 * Selected by the model type of the whole file, since a text model alone gets no images. Source: Hugging Face
 * transformers 5.24, `block_sequence_ids` and `create_masks_for_vision_model` in models/*; `blockwise_overlay` in
 * masking_utils.
 */
import type { Fields } from './fields';

/** Tokens that read each other in both directions in a layer, although the other tokens stay causal. */
export interface Images {
  /** `image`: those of one image; `images`: of all images together; `prompt`: of the images and the prompt after them. */
  readonly who: 'image' | 'images' | 'prompt';
  /** A window still cuts off what lies too far back; otherwise the whole block is read. */
  readonly cut?: true;
}

interface Rule {
  readonly who: Images['who'];
  /** Only layers with a window; global ones stay causal. */
  readonly sliding?: true;
  readonly cut?: true;
  /** Only if use_bidirectional_attention is "vision". */
  readonly asked?: true;
  readonly note?: string;
}

const RULES: Readonly<Record<string, Rule>> = {
  gemma3: { who: 'image', cut: true },
  shieldgemma2: { who: 'image', cut: true },
  gemma4: { who: 'image', cut: true, sliding: true, asked: true },
  // Its forward pass opens all layers; the masks prepared for a static cache open only the sliding ones.
  gemma4_unified: {
    who: 'image',
    asked: true,
    note: 'transformers 5.24 does otherwise when it generates with a static cache: then only layers with a window open, and their windows cut',
  },
  diffusion_gemma: { who: 'image', asked: true },
  paligemma: { who: 'prompt' },
  colpali: { who: 'prompt' },
  molmo2: { who: 'images' },
  git: { who: 'images' },
};

/** Model types whose masks are opened by images. */
export const IMAGE_TYPES: readonly string[] = Object.keys(RULES);

export interface ImageBlocks {
  /** For a layer with or without a window; undefined: it stays causal. */
  readonly of: (slides: boolean) => Images | undefined;
  /** Sentences without their full stops. */
  readonly notes: (slides: boolean, global: boolean) => readonly string[];
}

const WHO: Readonly<Record<Images['who'], string>> = {
  image: 'tokens of one image read each other',
  images: 'tokens of all images read each other',
  prompt: 'the images and the prompt after them read each other',
};

/** `outer` is the model type of the whole file, `text` the fields of its text model over its class's defaults. */
export function imageBlocksOf(outer: string | undefined, text: Fields): ImageBlocks | undefined {
  const rule = outer !== undefined && Object.hasOwn(RULES, outer) ? RULES[outer]! : undefined;
  if (!rule) return undefined;
  if (rule.asked && text.get('use_bidirectional_attention') !== 'vision') return undefined;
  const { who, sliding, cut, note } = rule;
  return {
    of: (slides) =>
      sliding && !slides ? undefined : { who, ...(slides && cut && { cut: true as const }) },
    notes(slides, global) {
      const where =
        !slides || !global
          ? 'in every layer'
          : sliding
            ? 'only in layers with a window'
            : 'in every layer, with a window or without';
      const within = !slides
        ? ''
        : cut
          ? '; keys further back than the window stay out of reach'
          : ', also beyond the window';
      const rest = sliding && global ? '; global layers stay causal inside an image too' : '';
      return [
        `${WHO[who]} in both directions ${where}${within}${rest}; the masks drawn here are those of text alone`,
        ...(note !== undefined && slides ? [note] : []),
      ];
    },
  };
}

/** What a layer reads in addition, for a table: "its own image both ways". */
export const sayImages = ({ who, cut }: Images): string =>
  ({
    image: 'its own image in both directions',
    images: 'all images in both directions',
    prompt: 'the images and prompt in both directions',
  })[who] + (cut ? ', within the window' : '');
