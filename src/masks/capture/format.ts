/**
 * @file The manifest of a capture, `zebra-lab.json`: what each layer of a model read in each step, as the Python package
 * saves it (docs/capture-file.md). Fields that later versions add are ignored.
 */
import { MAX_TOKENS } from '../../attention/mask';
import {
  called,
  flag,
  list,
  number,
  object,
  oneOf,
  only,
  optional,
  text,
  whole,
  words,
  type TypeOf,
} from '../../core/schema';
import { MAX_LAYERS } from '../doc';

const FORMAT = 'zebra-lab-capture';

const MAX_STEPS = 256;
const MAX_TEXTS = 64;
const MAX_HEADS = 256;
const MAX_MASKS = 4096;

const member = text({
  longest: 200,
  like: /^[\w.-]+(\/[\w.-]+)*$/,
  should: 'the name of a file in the archive',
});
const size = whole({ min: 1, max: MAX_TOKENS });

const mask = object({ queries: size, keys: size, file: member }, 'ignored');

const given = object(
  {
    form: oneOf(['none', 'bool', 'additive', 'block_mask']),
    dtype: optional(words),
    shape: optional(list(whole(), { max: 8 })),
    isCausal: optional(flag),
    window: optional(whole()),
    fill: optional(number()),
    // JSON has no infinity: `fill` then is the lowest number of float32, for readers that do not know this field.
    infinite: optional(flag),
  },
  'ignored',
);

const weights = object(
  { file: member, scale: member, computed: flag, largestError: number({ min: 0 }) },
  'ignored',
);

/** Sentences that a reader should know of a capture or a layer. */
const notes = list(text({ longest: 2000 }), { max: 256 });

const layer = object(
  {
    layer: whole({ max: 9999 }),
    kind: optional(words),
    module: optional(text({ longest: 400 })),
    calledFrom: optional(text({ longest: 400 })),
    masks: list(list(whole({ max: MAX_MASKS - 1 }), { min: 1, max: MAX_HEADS }), {
      min: 1,
      max: MAX_TEXTS,
    }),
    given,
    weights: optional(weights),
    notes: optional(notes),
  },
  'ignored',
);

const step = object(
  {
    name: words,
    /** Of a model with several stacks of layers, the stack this step is of: not the one that writes text. */
    part: optional(words),
    queries: size,
    keys: size,
    layers: list(layer, { min: 1, max: MAX_LAYERS, each: (n, of) => `layer entry ${n} of ${of}` }),
  },
  'ignored',
);

/** Two numbers of tokens: before and after a text, or from and to. */
const pair = list(whole({ max: MAX_TOKENS }), { min: 2, max: 2 });
const pairsPerText = optional(list(list(pair, { max: MAX_TOKENS }), { max: MAX_TEXTS }));
const paddingPerText = optional(list(pair, { max: MAX_TEXTS }));

export const manifest = object(
  {
    format: only(
      FORMAT,
      (shown) => `the archive is of the format ${shown}; this page reads ${FORMAT}`,
    ),
    version: only(
      1,
      (shown) =>
        `the capture is of version ${shown}; this page reads version 1. A newer version of this site may read it`,
    ),
    model: optional(words),
    made: optional(
      object(
        {
          'zebra-lab': optional(words),
          python: optional(words),
          torch: optional(words),
          transformers: optional(words),
        },
        'ignored',
      ),
    ),
    config: optional(member),
    texts: whole({ min: 1, max: MAX_TEXTS }),
    tokens: optional(
      list(list(text({ longest: 1000, empty: true, should: 'text' }), { max: MAX_TOKENS }), {
        max: MAX_TEXTS,
      }),
    ),
    /** Per text, how many of its first tokens are padding, and how many of its last. */
    padding: paddingPerText,
    /** Per text, where further documents begin, as its position ids say: columns of the prefill. */
    documents: optional(
      list(list(whole({ min: 1, max: MAX_TOKENS }), { max: MAX_TOKENS }), { max: MAX_TEXTS }),
    ),
    /** Per text, tokens [from, to) within it that its attention mask blocks. */
    holes: pairsPerText,
    /** Per text, tokens [from, to) that read one another in both directions, such as those of an image. */
    spans: pairsPerText,
    /** As padding, of what an encoder read. */
    sourcePadding: paddingPerText,
    masks: list(called('a mask', mask), { min: 1, max: MAX_MASKS, each: (n) => `mask ${n}` }),
    notes: optional(notes),
    steps: list(step, { min: 1, max: MAX_STEPS, each: (n) => `step ${n}` }),
  },
  'ignored',
);

export type Manifest = TypeOf<typeof manifest>;
export type ManifestStep = Manifest['steps'][number];
export type ManifestLayer = ManifestStep['layers'][number];
