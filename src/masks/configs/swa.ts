import type { ConfigLayer } from '../configLayer';
import { defineRule, LOCAL_TYPE, type Asked } from '../family';

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
    // As its first implementation counts: so many before, and the query.
    return typeof size === 'number' && !own.has('sliding_window')
      ? { sliding_window: size + 1 }
      : {};
  },
  layer(asked, layer) {
    const heads = ofWindow(asked, layer);
    return { ...heads, ...convolutions(asked, { ...layer, ...heads }) };
  },
});

/** Inkling: short convolutions over keys, over values, and over what attention and feed-forward give. */
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
    // MiMo has twice as many there, where nothing is said.
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
