import { check } from '../../core/check';
import { shown } from '../../core/fields';
import { defineRule, GLOBAL_TYPE, LAYERS, LINEAR_TYPE, LOCAL_TYPE, type Asked } from '../family';
import { MOST_LAYERS } from '../doc';

const OF_SIGN: Readonly<Record<string, string>> = {
  M: LINEAR_TYPE,
  '*': GLOBAL_TYPE,
  '-': 'mlp',
  E: 'mlp',
};
const INDEX = { min: 0, max: MOST_LAYERS };

/** Numbers of layers, 0 the first. */
function indices({ own }: Asked, name: string): ReadonlySet<number> {
  const value = own.get(name) ?? [];
  check(
    Array.isArray(value) && value.every((one) => Number.isInteger(one) && one >= 0 && one < 4096),
    `${name} is ${shown(value)}; it should be a list of layers, 0 the first`,
  );
  return new Set(value as number[]);
}
const those = (asked: Asked, which: ReadonlySet<number>, type: string, other: string) =>
  Array.from({ length: asked.layers }, (_, i) => (which.has(i) ? type : other));

function ofPattern(own: Asked['own'], layers?: number): readonly string[] | undefined {
  const signs = own.word('hybrid_override_pattern');
  if (signs === undefined) return undefined;
  const types = [...signs].map((sign, i) => {
    check(
      Object.hasOwn(OF_SIGN, sign),
      `hybrid_override_pattern says ${JSON.stringify(sign)} of layer ${i + 1}; it should be one of ${Object.keys(OF_SIGN).join(', ')}`,
    );
    return OF_SIGN[sign]!;
  });
  check(
    layers === undefined || types.length === layers,
    `hybrid_override_pattern names ${types.length} layers, num_hidden_layers is ${String(layers)}; they should be the same`,
  );
  return types;
}

/** Fields by which layers of attention stand among layers that keep a state, one way for each family. */
export default defineRule({
  id: 'hybrids',
  label: 'a hybrid',
  order: 9,
  modelTypes: [
    'jamba',
    'bamba',
    'nemotron_h',
    'lfm2',
    'lfm2_moe',
    'recurrent_gemma',
    'kimi_linear',
    'granitemoehybrid',
  ],
  source: 'Hugging Face transformers, the configuration files of these models',
  before: (own) => ({
    ...(!own.has('num_hidden_layers') && own.has('hybrid_override_pattern')
      ? { num_hidden_layers: own.word('hybrid_override_pattern')!.length }
      : {}),
    ...(!own.has('layer_types') && own.has('layers_block_type')
      ? { layer_types: own.get('layers_block_type') }
      : {}),
  }),
  types(asked) {
    const { own, fields, layers } = asked;
    if (own.has('hybrid_override_pattern')) return ofPattern(own, layers);
    if (fields.has('attn_layer_period')) {
      const period = fields.whole('attn_layer_period', LAYERS);
      const offset = fields.whole('attn_layer_offset', INDEX, 0);
      return Array.from({ length: layers }, (_, i) =>
        i % period === offset ? GLOBAL_TYPE : LINEAR_TYPE,
      );
    }
    if (own.has('attn_layer_indices'))
      return those(asked, indices(asked, 'attn_layer_indices'), GLOBAL_TYPE, LINEAR_TYPE);
    if (own.has('full_attn_idxs'))
      return those(asked, indices(asked, 'full_attn_idxs'), GLOBAL_TYPE, 'conv');
    const blocks = fields.get('block_types');
    if (Array.isArray(blocks) && blocks.length > 0)
      return Array.from({ length: layers }, (_, i) =>
        blocks[i % blocks.length] === 'recurrent' ? LINEAR_TYPE : LOCAL_TYPE,
      );
    return undefined;
  },
});
