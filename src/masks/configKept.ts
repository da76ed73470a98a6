/** @file What a layer of a config keeps of each token: keys and values, a latent, an index, or a state. */
import { check } from '../core/check';
import type { Bounds } from '../core/fields';
import { isRecord } from '../core/place';
import type { ConfigLayer } from './configLayer';
import {
  bothSides,
  HEADS,
  HIDDEN,
  LINEAR_TYPE,
  local,
  TOKENS_IN_WINDOW,
  type Asked,
} from './family';
import { Fields } from './fields';
import { stateSize } from './configState';

const HEAD_DIM: Bounds = { min: 1, max: 8192 };
const ROTATED: Bounds = { min: 0, max: 8192 };

export function sizesOf(fields: Fields, own: Fields, heads: number, hidden: number) {
  if (fields.has('kv_lora_rank')) {
    const rank = fields.whole('kv_lora_rank', HIDDEN);
    const rotated = fields.whole('qk_rope_head_dim', ROTATED, 64);
    const key = scoredDim(fields, rank);
    const value = fields.has('v_head_dim') ? fields.whole('v_head_dim', HEAD_DIM) : key;
    const compared = { key, value };
    return { kvHeads: 1, keyDim: rank, valueDim: rotated, latent: true as const, compared };
  }
  const kvHeads = fields.whole('num_key_value_heads', HEADS, heads);
  check(
    kvHeads <= heads && heads % kvHeads === 0,
    `num_attention_heads ${heads} cannot share num_key_value_heads ${kvHeads}; it should be a multiple of it`,
  );
  // Some classes have defaults that do not divide, and their models round down; a file's own sizes should divide.
  const rounded = !own.has('hidden_size') && !own.has('num_attention_heads');
  const share = rounded ? Math.floor(hidden / heads) : hidden / heads;
  const keyDim = fields.has('head_dim') ? fields.whole('head_dim', HEAD_DIM) : share;
  check(
    Number.isInteger(keyDim),
    `hidden_size ${hidden} does not divide into num_attention_heads ${heads}, and head_dim is missing`,
  );
  const valueDim = fields.has('v_head_dim') ? fields.whole('v_head_dim', HEAD_DIM) : keyDim;
  return { kvHeads, keyDim, valueDim };
}

/** MLA: width per head in which queries and keys are compared. */
const scoredDim = (fields: Fields, otherwise: number): number =>
  fields.has('qk_nope_head_dim')
    ? fields.whole('qk_nope_head_dim', HEAD_DIM) + fields.whole('qk_rope_head_dim', ROTATED, 64)
    : otherwise;

/** What each kind of layer keeps besides keys and values, or instead of them. */
export function kept(type: string, { fields }: Asked): Partial<ConfigLayer> {
  switch (type) {
    case 'indexed_attention':
      return {
        picks: {
          ...(fields.has('index_topk') && { most: fields.whole('index_topk', TOKENS_IN_WINDOW) }),
          by: 'an indexer',
        },
        ...(fields.has('index_head_dim') && { indexDim: indexOf(fields) }),
      };
    case 'minimax_m3_sparse':
      return { picks: { by: 'an indexer of blocks' } };
    default:
      return {};
  }
}

/** Numbers an indexer keeps per token: a key; if it pools, also the pooling weights and whether the token counts. */
function indexOf(fields: Fields): number {
  const width = fields.whole('index_head_dim', HEAD_DIM);
  return fields.has('index_kpool') ? 2 * width + 1 : width;
}

/** Layers that keep a state, with or without keys. */
export function stateOf(
  type: string,
  { fields }: Asked,
  heads: number,
  hidden: number,
): Partial<ConfigLayer> {
  const kind = STATES[type];
  if (kind === undefined) return {};
  const size = stateSize(fields, type, { heads, hidden });
  return { state: kind, ...(size && { stateSize: size }) };
}
const STATES: Readonly<Record<string, 'linear' | 'convolution'>> = {
  [LINEAR_TYPE]: 'linear',
  conv: 'convolution',
  hybrid: 'linear',
  hybrid_sliding: 'linear',
};

/** transformers 5 saves the fields that differ in single layers as per_layer_config: {"5": {"head_dim": 512}}. */
export function overridden(
  own: Fields,
  at: number,
  { latent, kind }: ConfigLayer,
  causal: boolean,
): Partial<ConfigLayer> {
  const all = own.get('per_layer_config');
  const given = isRecord(all) && Object.hasOwn(all, String(at)) ? all[String(at)] : undefined;
  if (!isRecord(given)) return {};
  const one = new Fields(given, `per_layer_config of layer ${at + 1}`);
  const window =
    kind === 'local' && one.has('sliding_window')
      ? one.whole('sliding_window', TOKENS_IN_WINDOW)
      : undefined;
  const reach = window === undefined ? {} : causal ? local(window) : bothSides(window);
  if (latent)
    return {
      ...reach,
      ...(one.has('kv_lora_rank') && { keyDim: one.whole('kv_lora_rank', HIDDEN) }),
      ...(one.has('qk_rope_head_dim') && { valueDim: one.whole('qk_rope_head_dim', ROTATED) }),
      ...(one.has('num_attention_heads') && { heads: one.whole('num_attention_heads', HEADS) }),
    };
  return {
    ...reach,
    ...(one.has('num_key_value_heads') && { kvHeads: one.whole('num_key_value_heads', HEADS) }),
    ...(one.has('head_dim') && {
      keyDim: one.whole('head_dim', HEAD_DIM),
      valueDim: one.whole('head_dim', HEAD_DIM),
    }),
  };
}
