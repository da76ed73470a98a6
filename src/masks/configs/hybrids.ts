import { check } from '../../core/check';
import { shown } from '../../core/fields';
import type { ConfigLayer } from '../configLayer';
import { defineRule, GLOBAL_TYPE, LAYERS, LINEAR_TYPE, LOCAL_TYPE, type Asked } from '../family';
import { MAX_LAYERS } from '../doc';
import { Fields } from '../fields';

const OF_SIGN: Readonly<Record<string, string>> = {
  M: LINEAR_TYPE,
  '*': GLOBAL_TYPE,
  '-': 'mlp',
  E: 'mlp',
};
const INDEX = { min: 0, max: MAX_LAYERS };

/** Layer indices, starting at 0. */
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

/** Kimi's released files keep this in a nested config, where layers are counted from 1. */
const kimi = (own: Fields): Fields | undefined =>
  own.has('linear_attn_config')
    ? new Fields(own.get('linear_attn_config'), 'linear_attn_config')
    : undefined;

function ofKimi(inside: Fields, layers: number): readonly string[] {
  const full = inside.get('full_attn_layers');
  const delta = inside.get('kda_layers');
  const named = [full, delta].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  check(
    Array.isArray(full) &&
      Array.isArray(delta) &&
      named.length === layers &&
      Array.from({ length: layers }, (_, i) => i + 1).every((layer) => named.includes(layer)),
    `full_attn_layers and kda_layers name ${named.length} layers; together they should name each from 1 to ${layers} once`,
  );
  return Array.from({ length: layers }, (_, i) =>
    full.includes(i + 1) ? GLOBAL_TYPE : LINEAR_TYPE,
  );
}

/** State sizes that files give in other fields, under their usual names. */
function sizes(own: Fields): Readonly<Record<string, unknown>> {
  const inside = kimi(own)?.record;
  if (inside)
    return {
      ...(Object.hasOwn(inside, 'head_dim') && { linear_head_dim: inside['head_dim'] }),
      ...(Object.hasOwn(inside, 'num_heads') && { linear_num_heads: inside['num_heads'] }),
      ...(Object.hasOwn(inside, 'short_conv_kernel_size') && {
        linear_conv_kernel_dim: inside['short_conv_kernel_size'],
      }),
    };
  // Ling's linear layers have the widths that its attention layers would have.
  if (own.word('model_type') !== 'bailing_hybrid') return {};
  return {
    linear_head_dim: own.get('head_dim') ?? 128,
    linear_num_heads: own.get('num_attention_heads') ?? 32,
    ...(own.has('short_conv_kernel_size') && {
      linear_conv_kernel_dim: own.get('short_conv_kernel_size'),
    }),
  };
}

const SIZE = { min: 1, max: 2 ** 20 };

/** States not described by any general field. */
function stateOf({ own, fields }: Asked, layer: ConfigLayer): Partial<ConfigLayer> {
  if (layer.state === undefined) return {};
  const heads = () => fields.whole('num_attention_heads', SIZE);
  switch (own.word('model_type')) {
    case 'minimax': // lightning attention: outer products of keys and values, with as many heads as queries
      return { stateSize: { convolution: 0, recurrence: heads() * layer.keyDim ** 2 } };
    case 'zaya': {
      // Two convolutions over queries and keys, and half of the previous token's value.
      const kernel = fields.whole('cca_time0', SIZE, 2) + fields.whole('cca_time1', SIZE, 2) - 2;
      const { kvHeads, keyDim } = layer;
      return {
        stateSize: {
          convolution: (heads() + kvHeads) * keyDim * kernel,
          recurrence: (kvHeads * keyDim) / 2,
        },
      };
    }
    case 'qwen4_exp_text': // some layers also keep convolutions of embedded n-grams
      return { stateSize: undefined };
    default:
      return {};
  }
}

/** Fields that place attention layers among layers that keep a state, one form per family. */
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
    'bailing_hybrid',
    'minimax',
    'qwen4_exp_text',
    'zaya',
  ],
  source: 'Hugging Face transformers, the configuration files of these models',
  before: (own) => ({
    ...sizes(own),
    ...(!own.has('num_hidden_layers') && own.has('hybrid_override_pattern')
      ? { num_hidden_layers: own.word('hybrid_override_pattern')!.length }
      : {}),
  }),
  types(asked) {
    const { own, fields, layers } = asked;
    const inside = kimi(own);
    if (inside?.has('full_attn_layers')) return ofKimi(inside, layers);
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
  layer: (asked, layer) => stateOf(asked, layer),
});
