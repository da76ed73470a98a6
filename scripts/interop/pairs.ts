/**
 * @file Encoders and decoders as passed to transformers: who reads whom in each and between them, determined by
 * derivatives of the model itself, and the part of its cache for its own tokens and for the source.
 */
import { maskOf } from '../../src/attention/expression';
import { pairsOf } from '../../src/attention/mask';
import { readConfig } from '../../src/masks/configs';
import { layerFacts, numbersAt } from '../../src/masks/layerFacts';
import type { Part } from '../../src/masks/part';
import { crcOf } from '../../src/masks/python/facts';
import type { Sum } from './cases';

/** Tokens of the source, and of the output. */
export const SOURCE = 24;
export const WRITTEN = 17;
const W = 5;

interface PairCase {
  readonly id: string;
  /** With enough layers for a cache. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** With one layer in each, so that every read is a direct one. */
  readonly one: Readonly<Record<string, unknown>>;
  /** Those that derivatives can test: an encoder of sound first mixes its frames. */
  readonly parts: readonly Part[];
}

const ALL: readonly Part[] = ['encoder', 'decoder', 'cross'];
const WRITES: readonly Part[] = ['decoder', 'cross'];

const bart = (type: string, changes: object = {}, parts = ALL): PairCase => {
  const fields = {
    model_type: type,
    d_model: 32,
    encoder_attention_heads: 4,
    decoder_attention_heads: 2,
    encoder_ffn_dim: 16,
    decoder_ffn_dim: 16,
    vocab_size: 48,
    max_position_embeddings: 64,
    pad_token_id: 1,
    ...changes,
  };
  const depth = (encoder_layers: number, decoder_layers: number) => ({
    ...fields,
    encoder_layers,
    decoder_layers,
  });
  return { id: type, fields: depth(2, 3), one: depth(1, 1), parts };
};
const t5 = (id: string, type: string, changes: object = {}, parts = ALL): PairCase => {
  const fields = {
    model_type: type,
    d_model: 32,
    d_kv: 6,
    d_ff: 16,
    num_heads: 4,
    vocab_size: 48,
    pad_token_id: 0,
    ...changes,
  };
  const depth = (num_layers: number, num_decoder_layers: number) => ({
    ...fields,
    num_layers,
    num_decoder_layers,
  });
  return { id, fields: depth(2, 3), one: depth(1, 1), parts };
};
const gemma = (id: string, type: string): PairCase => {
  const half = (num_hidden_layers: number) => ({
    vocab_size: 48,
    hidden_size: 32,
    intermediate_size: 16,
    num_hidden_layers,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    sliding_window: W,
    pad_token_id: 0,
    layer_types: [
      id.endsWith('full') ? 'full_attention' : 'sliding_attention',
      'full_attention',
      'sliding_attention',
    ].slice(0, num_hidden_layers),
  });
  const depth = (n: number) => ({
    model_type: type,
    encoder: half(n),
    decoder: { ...half(n), cross_attention_hidden_size: 32 },
    vocab_size: 48,
  });
  return { id, fields: depth(3), one: depth(1), parts: ALL };
};

export const pairCases: readonly PairCase[] = [
  bart('bart'),
  bart('mbart'),
  bart('marian', { decoder_vocab_size: 48 }),
  bart('pegasus'),
  bart('blenderbot'),
  bart('blenderbot-small'),
  bart('plbart'),
  bart('mvp'),
  bart('m2m_100'),
  bart('nllb-moe', { num_experts: 2, expert_capacity: 64 }),
  bart('led', {
    attention_window: 4,
    max_encoder_position_embeddings: 64,
    max_decoder_position_embeddings: 64,
  }),
  bart('bigbird_pegasus', {}, WRITES),
  bart('pegasus_x', { block_size: 8, num_global_tokens: 4 }, WRITES),
  bart(
    'whisper',
    { max_source_positions: SOURCE, max_target_positions: 64, num_mel_bins: 8 },
    WRITES,
  ),
  t5('t5', 't5'),
  t5('mt5', 'mt5'),
  t5('umt5', 'umt5'),
  t5('switch_transformers', 'switch_transformers', {
    num_experts: 2,
    num_sparse_encoder_layers: 0,
    num_sparse_decoder_layers: 0,
  }),
  t5('longt5, local', 'longt5', { local_radius: 3 }),
  gemma('t5gemma', 't5gemma'),
  gemma('t5gemma, full', 't5gemma'),
];

// ------------------------------------------------------------------------------------------------- our side

export const expressionOf = ({ one }: PairCase, part: Part) =>
  readConfig(JSON.stringify(one), part).layers[0]!.expression;

function ourSum(of: PairCase, part: Part): Sum {
  const [queries, keys] =
    part === 'encoder'
      ? [SOURCE, SOURCE]
      : part === 'decoder'
        ? [WRITTEN, WRITTEN]
        : [WRITTEN, SOURCE];
  const mask = maskOf(expressionOf(of, part), keys, queries);
  return { pairs: pairsOf(mask), crc: crcOf(mask) };
}

/** Numbers that each layer of the decoder keeps: of its own tokens between two steps, and of the source. */
export function ourKept({ fields }: PairCase) {
  const facts = layerFacts(readConfig(JSON.stringify(fields)));
  return {
    own: facts.map((one) => numbersAt(one, WRITTEN, true)),
    source: facts.map(({ perTokenOfSource }) => perTokenOfSource * SOURCE),
  };
}

// ------------------------------------------------------------------------------------------------- both sides

export interface MadePair {
  readonly sums: Readonly<Partial<Record<Part, Sum>>>;
  readonly own: readonly number[];
  readonly source: readonly number[];
  readonly classes: readonly string[];
}

/** The differences, in sentences. */
export function comparedPairs(made: Readonly<Record<string, MadePair>>): readonly string[] {
  return pairCases.flatMap((one) => {
    const theirs = made[one.id];
    if (!theirs) return [];
    const kept = ourKept(one);
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    return [
      ...one.parts.flatMap((part) => {
        const [ours, sum] = [ourSum(one, part), theirs.sums[part]];
        return sum && sum.pairs === ours.pairs && sum.crc === ours.crc
          ? []
          : [`${one.id}, ${part}: ${ours.pairs} pairs here, ${sum?.pairs ?? 'none'} there`];
      }),
      ...(['own', 'source'] as const).flatMap((which) =>
        same(kept[which], theirs[which])
          ? []
          : [
              `${one.id}, ${which}: ${kept[which].join(' ')} here, ${theirs[which].join(' ')} there`,
            ],
      ),
    ];
  });
}
