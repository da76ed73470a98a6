import {
  bothSides,
  defineRule,
  GLOBAL_TYPE,
  LOCAL_TYPE,
  sharedBy,
  TOKENS_IN_WINDOW,
  type Asked,
} from '../family';

const SIZE = { min: 1, max: 8192 };
const twoSided = ({ fields }: Asked) => fields.get('use_bidirectional_attention') === 'all';
const side = ({ fields }: Asked) =>
  Math.floor(fields.whole('sliding_window', TOKENS_IN_WINDOW) / 2);

/** Global layers have fewer, wider heads; the last layers may read keys and values of earlier ones. */
export default defineRule({
  id: 'gemma4',
  label: 'Gemma 4',
  order: 4,
  modelTypes: ['gemma4_text', 'gemma4_unified_text', 'diffusion_gemma_text'],
  source: 'Hugging Face transformers, models/gemma4',
  causal: (asked) => !twoSided(asked),
  reach: (asked, type) =>
    twoSided(asked) && type === LOCAL_TYPE ? bothSides(side(asked)) : undefined,
  layer(asked, layer, at, types) {
    const { fields } = asked;
    const global = layer.type === GLOBAL_TYPE;
    const equal = global && fields.flag('attention_k_eq_v', false);
    const width = fields.whole('global_head_dim', SIZE, 512);
    return {
      ...(global && { keyDim: width, valueDim: width }),
      ...(equal && {
        keyIsValue: true,
        kvHeads: fields.whole('num_global_key_value_heads', SIZE, layer.kvHeads),
      }),
      ...sharedBy(asked, at, types),
    };
  },
});
