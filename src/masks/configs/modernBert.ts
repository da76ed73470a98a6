import {
  bothSides,
  defineRule,
  everyNth,
  GLOBAL_TYPE,
  LAYERS,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
  type Asked,
} from '../family';

const tokens = ({ fields }: Asked) => fields.whole('local_attention', TOKENS_IN_WINDOW, 128);

export default defineRule({
  id: 'modernbert',
  label: 'ModernBERT',
  order: 5,
  modelTypes: ['modernbert'],
  source: 'Warner et al. 2024, arXiv:2412.13663; the first of every three layers is global',
  types: ({ fields, layers }) =>
    everyNth(
      layers,
      fields.whole('global_attn_every_n_layers', LAYERS, 3),
      LOCAL_TYPE,
      GLOBAL_TYPE,
      'first',
    ),
  reach: (asked, type) =>
    type === LOCAL_TYPE ? bothSides(Math.floor(tokens(asked) / 2)) : undefined,
  convention(asked) {
    const side = Math.floor(tokens(asked) / 2);
    return `local_attention counts both sides without the query: ${tokens(asked)} is ${side} before, itself and ${side} after, ${2 * side + 1} keys`;
  },
});
