/**
 * @file The config.json of a released model as layers of masks, and what they cost at any length, by closed forms.
 *
 * A file is taken whole or refused in one sentence. Families are the files in ./configs.
 */
import { FLOPS_PER_PAIR_AND_DIM, visiblePairs } from '../attention/cost';
import { write } from '../attention/expression';
import { needOver } from '../attention/need';
import { check } from '../core/check';
import { registryOf } from '../core/registry';
import { LAYERS, type ConfigLayer, type Family } from './family';
import { isRecord } from '../core/fields';
import { Fields, parse } from './fields';

export const families = registryOf<Family>(
  'family of models',
  import.meta.glob<{ default: Family }>('./configs/*.ts', { eager: true }),
);

export interface ConfigLayers {
  readonly family: string;
  /** What the file calls its model. */
  readonly name?: string;
  readonly layers: readonly ConfigLayer[];
  readonly convention: string;
  /** A decoder; an encoder reads to both sides and keeps no cache. */
  readonly causal: boolean;
  readonly heads: number; // H
  readonly kvHeads: number;
  readonly headDim: number; // d
  readonly hidden: number; // D, hidden_size
  readonly vocabulary?: number;
  readonly notes: readonly string[];
}

const HEADS = { min: 1, max: 4096 };
const HEAD_DIM = { min: 1, max: 8192 };
const HIDDEN = { min: 1, max: 2 ** 20 };
const VOCABULARY = { min: 1, max: 2 ** 26 };

/** Throws InputError, and nothing else, for whatever is no config of a family known here. */
export function readConfig(text: string): ConfigLayers {
  const outer = parse(text, 'the config');
  // A model of pictures and words keeps what it reads words with in a config of its own.
  const nested = outer.get('text_config');
  const inner = isRecord(nested) ? new Fields(nested, 'text_config') : outer;
  const family = familyOf(inner, outer);
  const fields = inner.filled(family.defaults ?? {});
  const layers = fields.whole('num_hidden_layers', LAYERS);
  const heads = fields.whole('num_attention_heads', HEADS);
  const kvHeads = fields.whole('num_key_value_heads', HEADS, heads);
  check(
    kvHeads <= heads && heads % kvHeads === 0,
    `num_attention_heads ${heads} cannot share num_key_value_heads ${kvHeads}; it should be a multiple of it`,
  );
  const hidden = fields.whole('hidden_size', HIDDEN);
  const headDim = fields.has('head_dim') ? fields.whole('head_dim', HEAD_DIM) : hidden / heads;
  check(
    Number.isInteger(headDim),
    `hidden_size ${hidden} does not divide into num_attention_heads ${heads}, and head_dim is missing`,
  );
  const { notes, causal = true, ...reading } = family.read(fields, layers);
  const missing = Object.keys(family.defaults ?? {}).filter((name) => !inner.has(name));
  const name = nameOf(outer);
  return {
    family: family.id,
    ...(name !== undefined && { name }),
    ...reading,
    causal,
    heads,
    kvHeads,
    headDim,
    hidden,
    ...(fields.has('vocab_size') && { vocabulary: fields.whole('vocab_size', VOCABULARY) }),
    notes: [
      ...missing.map(
        (field) => `${field} is not in the file; ${family.label} has ${family.defaults![field]}`,
      ),
      ...notes,
    ],
  };
}

function familyOf(inner: Fields, outer: Fields): Family {
  const marked = families.all.find(({ marks }) => marks?.some((name) => inner.has(name)));
  if (marked) return marked;
  const type = inner.word('model_type') ?? outer.word('model_type');
  const known = families.all.flatMap(({ modelTypes }) => modelTypes);
  check(
    type !== undefined,
    `the config has no model_type; open the config.json of a model, of ${known.join(', ')}`,
  );
  const family = families.all.find(({ modelTypes }) => modelTypes.includes(type));
  check(
    family,
    `model_type is ${JSON.stringify(type.slice(0, 40))}; what can be read is ${known.join(', ')}`,
  );
  return family;
}

function nameOf(outer: Fields): string | undefined {
  const name = outer.get('_name_or_path');
  return typeof name === 'string' && name !== '' && name.length <= 200 ? name : undefined;
}

// ------------------------------------------------------------------------------------------------- what it costs

/** Pairs (query, key) of one layer over T tokens, per head and sequence. */
export function pairsAt(layer: ConfigLayer, causal: boolean, T: number): number {
  const { kind, window = T } = layer;
  if (!causal) {
    // Query and key at most `side` apart: T on the diagonal, T - 1, T - 2, … beside it, on both sides.
    const side = kind === 'local' ? Math.min((window - 1) / 2, T - 1) : T - 1;
    return T === 0 ? 0 : T + 2 * side * T - side * (side + 1);
  }
  switch (kind) {
    case 'global':
      return visiblePairs({ pattern: 'global', params: {} }, T);
    case 'local':
      return visiblePairs({ pattern: 'local', params: { window } }, T);
    case 'masked':
      return visiblePairs({ pattern: write(layer.expression), params: {} }, T);
    case 'chunked': {
      const rest = T % window; // triangles of C, and the last one of what is left
      return (Math.floor(T / window) * window * (window + 1) + rest * (rest + 1)) / 2;
    }
  }
}

/**
 * Bytes of keys and values to be provided for T tokens of one sequence, all layers: 2 · kvHeads · d · bytes · Σ keys,
 * keys T in a global layer, min(T, W) in one with a window or chunks, and what later tokens read in one of any other mask.
 * An encoder reads all at once and keeps none.
 */
export function cacheBytesAt(config: ConfigLayers, T: number, bytesPerNumber = 2): number {
  if (!config.causal) return 0;
  const keys = config.layers.reduce((sum, { kind, expression, window = T }) => {
    const held = kind === 'masked' && T > 0 ? needOver(expression, T).held[T - 1]! : window;
    return sum + Math.min(T, held);
  }, 0);
  return 2 * keys * config.kvHeads * config.headDim * bytesPerNumber;
}

/** FLOPs of attention per token, forward, the mean over T tokens: 4 · H · d · Σ P / T. Products with weights not counted. */
export function flopsPerTokenAt(config: ConfigLayers, T: number): number {
  if (T === 0) return 0;
  const pairs = config.layers.reduce((sum, layer) => sum + pairsAt(layer, config.causal, T), 0);
  return (FLOPS_PER_PAIR_AND_DIM * pairs * config.heads * config.headDim) / T;
}
