import {
  defineRule,
  everyNth,
  GLOBAL_TYPE,
  LAYERS,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
  type Asked,
} from '../family';

const half = ({ own, fields }: Asked) =>
  own.has('sliding_window')
    ? own.whole('sliding_window', TOKENS_IN_WINDOW)
    : Math.floor(fields.whole('local_attention', TOKENS_IN_WINDOW, 128) / 2);

export default defineRule({
  id: 'modernbert-decoder',
  label: 'the decoder of ModernBERT',
  order: 14,
  modelTypes: ['modernbert-decoder'],
  source: 'Hugging Face transformers, models/modernbert_decoder',
  types: ({ fields, layers }) =>
    everyNth(
      layers,
      fields.whole('global_attn_every_n_layers', LAYERS, 3),
      LOCAL_TYPE,
      GLOBAL_TYPE,
      'first',
    ),
  window: half,
  convention: (asked) =>
    `local_attention is halved: ${half(asked)} keys, the query itself included`,
});
