import type { ConfigLayer } from '../configLayer';
import { check } from '../../core/check';
import { isRecord } from '../../core/place';
import { defineRule, GLOBAL_TYPE, LOCAL_TYPE, type Asked } from '../family';
import { Fields } from '../fields';

const HEADS = { min: 1, max: 4096 };
const WIDTH = { min: 1, max: 8192 };

/** Layers with a window have heads and widths of their own: swa_num_key_value_heads, swa_head_dim, swa_v_head_dim. */
export default defineRule({
  id: 'swa',
  label: 'a model whose windowed layers have heads of their own',
  order: 12,
  modelTypes: [
    'mimo_v2_flash',
    'inkling_text',
    'inkling2_text',
    'inkling2_loop_text',
    'dots3_note_text',
    'step3p7_text',
    'laguna',
  ],
  source: 'Hugging Face transformers, models/mimo_v2_flash',
  before: (own): Readonly<Record<string, unknown>> => {
    const size = own.get('sliding_window_size');
    if (own.word('model_type') === 'dots3_note_text') return dots(own);
    // Counted as in its first implementation: this many tokens before the query, plus the query.
    return typeof size === 'number' && !own.has('sliding_window')
      ? { sliding_window: size + 1 }
      : {};
  },
  types: (asked) =>
    asked.own.word('model_type') === 'dots3_note_text' ? typesOfDots(asked) : undefined,
  unroll: looped,
  notes: (asked) =>
    asked.own.word('model_type') === 'inkling2_loop_text'
      ? [
          'some of its layers run several times; each pass keeps keys and values of its own, and is drawn as a layer',
        ]
      : [],
  layer(asked, layer) {
    if (asked.own.word('model_type') === 'dots3_note_text') return latentOfDots(asked, layer);
    const heads = ofWindow(asked, layer);
    return { ...heads, ...convolutions(asked, { ...layer, ...heads }) };
  },
});

/** dots3: its window includes the query, and layers that older files call full have an indexer. */
function dots(own: Fields): Readonly<Record<string, unknown>> {
  const types = own.get('layer_types');
  const indexed = own.get('use_dsa') ?? (own.has('per_layer_config') ? undefined : true);
  const [from, to] = indexed === false ? [INDEXED, GLOBAL_TYPE] : [GLOBAL_TYPE, INDEXED];
  return {
    ...(!own.has('sliding_window') && { sliding_window: own.get('sliding_window_size') ?? 512 }),
    ...(Array.isArray(types) &&
      indexed !== undefined && {
        layer_types: types.map((one: unknown) => (one === from ? to : one)),
      }),
  };
}
const INDEXED = 'indexed_attention';

function typesOfDots({ own, layers }: Asked): readonly string[] {
  const all = own.get('use_dsa') === false ? GLOBAL_TYPE : INDEXED;
  const slides = own.get('use_sliding_window') !== false;
  return Array.from({ length: layers }, (_, i) =>
    !slides || i < 2 || i % 4 === 1 ? all : LOCAL_TYPE,
  );
}

/** Its windowed layers have latents of their own, wider than the others'. */
function latentOfDots({ own }: Asked, { type }: ConfigLayer): Partial<ConfigLayer> {
  if (type !== LOCAL_TYPE || own.has('per_layer_config')) return {};
  const plain = own.whole('swa_qk_nope_head_dim', WIDTH, 192);
  const key = own.whole('swa_head_dim', WIDTH, 256);
  return {
    heads: own.whole('swa_num_attention_heads', HEADS, 64),
    keyDim: own.whole('swa_kv_lora_rank', WIDTH, 1024),
    valueDim: own.whole('swa_qk_rope_head_dim', WIDTH, key - plain),
    compared: { key, value: own.whole('swa_v_head_dim', WIDTH, 128) },
  };
}

/** Inkling runs some of its layers again, each time with their own keys and convolutions. */
function looped({ own, fields }: Asked, built: readonly ConfigLayer[]): readonly ConfigLayer[] {
  if (own.word('model_type') !== 'inkling2_loop_text') return built;
  const given = own.get('loop_config');
  const inside = new Fields(isRecord(given) ? given : {}, 'loop_config');
  const AT = { min: 0, max: built.length };
  const start = inside.whole('core_start', AT, fields.whole('loop_layer_index_start', AT));
  const end = inside.whole('core_end', AT, fields.whole('loop_layer_index_end', AT));
  const times = inside.whole(
    'num_passes',
    { min: 1, max: 64 },
    fields.whole('loop_num_passes', { min: 1, max: 64 }),
  );
  check(
    start < end,
    `loop_layer_index_start is ${start} and loop_layer_index_end ${end}; the first should be less`,
  );
  const middle = built.slice(start, end);
  return [
    ...built.slice(0, start),
    ...Array.from({ length: times }, () => middle).flat(),
    ...built.slice(end),
  ];
}

/** Inkling: short convolutions over keys, over values, and over the outputs of attention and feed-forward. */
function convolutions({ fields }: Asked, layer: ConfigLayer): Partial<ConfigLayer> {
  if (layer.state === undefined || !fields.has('sconv_kernel_size')) return {};
  const kernel = fields.whole('sconv_kernel_size', WIDTH);
  const { kvHeads, keyDim } = layer;
  const width = 2 * kvHeads * keyDim + 2 * fields.whole('hidden_size', { min: 1, max: 2 ** 20 });
  return { stateSize: { convolution: width * kernel, recurrence: 0 } };
}

function ofWindow(
  { fields, own }: Asked,
  { type, latent, kvHeads }: ConfigLayer,
): Partial<ConfigLayer> {
  if (latent || (type !== LOCAL_TYPE && type !== 'hybrid_sliding')) return {};
  const has = (name: string) => fields.has(name);
  const heads = fields.has('swa_num_attention_heads')
    ? { heads: fields.whole('swa_num_attention_heads', HEADS) }
    : {};
  return {
    ...heads,
    // MiMo's windowed layers have twice as many key-value heads by default.
    ...(own.word('model_type') === 'mimo_v2_flash' && { kvHeads: 2 * kvHeads }),
    ...(has('swa_num_key_value_heads') && {
      kvHeads: fields.whole('swa_num_key_value_heads', HEADS),
    }),
    ...(has('swa_head_dim') && {
      keyDim: fields.whole('swa_head_dim', WIDTH),
      valueDim: fields.whole('swa_head_dim', WIDTH),
    }),
    ...(has('swa_v_head_dim') && { valueDim: fields.whole('swa_v_head_dim', WIDTH) }),
  };
}
