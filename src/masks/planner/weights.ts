/**
 * @file How many weights a decoder has, counted from the sizes in its config: embeddings, token mixers,
 * feed-forwards.
 *
 * For the types in EXACT every matrix, bias and norm is counted, and `npm run test:interop:configs` compares with
 * transformers' own model. For others it is a prediction: biases, and norms except two per layer, are left out, a
 * thousandth of the total.
 */
import { InputError } from '../../core/check';
import type { ConfigLayers } from '../configLayer';
import { modelTypeOf } from '../configType';
import type { Fields } from '../fields';
import { fromMistral } from '../mistralParams';
import { parse } from '../fields';
import { feed, innerOf } from './weightsFeed';
import { besides, mixer, normsOf } from './weightsMixer';

export interface Weights {
  /** All of them, as they lie in memory. */
  readonly parameters: number;
  /** The part in lookup tables for tokens; engines may keep them elsewhere. */
  readonly embedding: number;
  /** The largest width a token passes through in a layer, for what a step holds temporarily. */
  readonly widest: number;
  /** Exactly as many as transformers' own model has. */
  readonly exact: boolean;
}

/** Types whose weights are counted completely. */
export const EXACT: readonly string[] = [
  'llama',
  'mistral',
  'mixtral',
  'gemma',
  'gemma2',
  'gemma3_text',
  'gemma3n_text',
  'gemma4_text',
  'gpt_oss',
  'qwen2',
  'qwen3',
  'qwen3_moe',
  'qwen3_5_text',
  'deepseek_v3',
  'llama4_text',
  'nemotron_h',
];

/** Their input table is also their output matrix, unless a file says otherwise. */
const TIED = /^(gemma|cohere|falcon|gpt2|gpt_neo|bloom|mpt|opt|codegen)/;
/** Types with parts that are not counted here. */
const UNCOUNTED = /^(jamba|zamba|bamba|falcon_h1|deepseek_v4|zebra|granitemoehybrid)/;

/**
 * The weights, or the reason why they cannot be counted, as the end of a sentence. Throws InputError if it is not a
 * config.
 */
export function weightsOf(text: string, config: ConfigLayers): Weights | string {
  const file = parse(text, 'the config');
  if (config.part)
    return 'it has an encoder and a decoder, and only a decoder by itself is counted';
  const { own, type, entry } = modelTypeOf(fromMistral(file) ?? file);
  const fields = own.renamed({ ...(entry.a ?? {}), intermediate_size: 'n_inner' }).over(entry.d);
  if (UNCOUNTED.test(type) || (type === 'gemma4_text' && !isDense(fields)))
    return `${config.label} has parts whose sizes are not counted here`;
  if (!config.causal) return 'it is an encoder';
  if (!['intermediate_size', 'moe_intermediate_size', 'hidden_dim'].some((n) => fields.has(n)))
    return 'the file does not say intermediate_size';
  if (config.vocabulary === undefined) return 'the file does not say vocab_size';
  try {
    return counted(fields, type, config, config.vocabulary);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/**
 * Gemma 4 without experts and without per-layer tables: the file must say both, because its class defaults to the
 * latter.
 */
const isDense = (fields: Fields) =>
  !fields.flag('enable_moe_block', false) && fields.get('hidden_size_per_layer_input') === 0;

function counted(fields: Fields, type: string, config: ConfigLayers, V: number): Weights {
  const { hidden: D, layers } = config;
  const tied = fields.flag('tie_word_embeddings', TIED.test(type));
  const each = layers.map(
    (layer, at) =>
      mixer(fields, type, config, layer) +
      feed(fields, type, layer, at, D) +
      normsOf(fields, type, layer, D),
  );
  const inner = innerOf(fields, D);
  const { tables, others } = besides(fields, type, D, layers.length);
  const head = tied ? 0 : V * D;
  return {
    // The last norm comes before the output matrix.
    parameters: V * D + tables + others + head + D + each.reduce((sum, one) => sum + one, 0),
    embedding: V * D + tables,
    widest: 2 * D + Math.max(2 * inner, config.heads * config.headDim + 2 * D),
    exact: EXACT.includes(type) && (type === 'gpt_oss' || !biased(fields)),
  };
}

/** Whether the file enables biases that are off in its class, which are not counted. */
const biased = (fields: Fields) =>
  ['attention_bias', 'mlp_bias', 'use_bias', 'mamba_proj_bias'].some(
    (name) => fields.get(name) === true,
  );

/**
 * Bytes a step of this many tokens holds temporarily: the widest layer for each token, in 16 bits, and the scores of
 * all words for the last token of each sequence, in 32. Assumes fused attention: no square of weights is stored. A
 * prediction.
 */
export function activationBytes(
  { widest }: Pick<Weights, 'widest'>,
  vocabulary: number,
  tokens: number,
  batch: number,
): number {
  return 2 * widest * tokens + 4 * vocabulary * batch;
}
