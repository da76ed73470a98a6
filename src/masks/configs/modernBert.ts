import {
  byLayerTypes,
  bothSides,
  defineFamily,
  EVERYTHING,
  everyNth,
  GLOBAL_TYPE,
  LAYERS,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
} from '../family';

export default defineFamily({
  id: 'modernbert',
  label: 'ModernBERT',
  order: 9,
  modelTypes: ['modernbert'],
  source: 'Warner et al. 2024, arXiv:2412.13663; the first of every three layers is global',
  read(fields, layers) {
    const tokens = fields.whole('local_attention', TOKENS_IN_WINDOW, 128);
    const side = Math.floor(tokens / 2);
    const n = fields.whole('global_attn_every_n_layers', LAYERS, 3);
    const both = bothSides(side);
    const kinds = { [GLOBAL_TYPE]: EVERYTHING, [LOCAL_TYPE]: both };
    return {
      layers: byLayerTypes(fields, layers, kinds) ?? everyNth(layers, n, both, 'first', EVERYTHING),
      causal: false,
      convention: `local_attention counts both sides without the query: ${tokens} is ${side} before, itself and ${side} after, ${2 * side + 1} keys`,
      notes: ['an encoder: tokens read to both sides, and no cache is kept'],
    };
  },
});
