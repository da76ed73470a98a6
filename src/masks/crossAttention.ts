/**
 * @file Cross-attention: what a decoder reads of a source, and keeps for each source token, once, throughout
 * generation.
 */
import type { Bounds } from '../core/fields';
import type { ConfigLayer } from './configLayer';
import { EVERYTHING } from './family';
import type { Fields } from './fields';

const HEADS: Bounds = { min: 1, max: 4096 };
const HEAD_DIM: Bounds = { min: 1, max: 8192 };

/** What a decoder layer keeps per source token: as much as per token of its own, unless the config says otherwise. */
export function crossOf(fields: Fields, { kvHeads, keyDim, valueDim }: ConfigLayer) {
  const width = (otherwise: number) => fields.whole('cross_head_dim', HEAD_DIM, otherwise);
  return {
    ...(fields.has('cross_num_attention_heads') && {
      heads: fields.whole('cross_num_attention_heads', HEADS),
    }),
    kvHeads: fields.whole('cross_num_key_value_heads', HEADS, kvHeads),
    keyDim: width(keyDim),
    valueDim: width(valueDim),
  };
}

/** The same layer as it reads the source: all of it, whatever window it has over its own tokens. */
export const ofSource = (
  { window: _, rope: __, picks: ___, ...layer }: ConfigLayer,
  cross: NonNullable<ConfigLayer['cross']>,
): ConfigLayer => ({ ...layer, ...EVERYTHING, type: 'cross_attention', cross });
