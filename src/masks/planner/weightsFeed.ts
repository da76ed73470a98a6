/**
 * @file Weights of the feed-forward of one layer: dense, or a router, its experts and the experts that are always used.
 */
import type { ConfigLayer } from '../configLayer';
import type { Fields } from '../fields';

const SIZE = { min: 1, max: 2 ** 24 };
const COUNT = { min: 0, max: 2 ** 16 };

/** Feed-forwards with two matrices, not three. */
const PLAIN =
  /^(gpt2|gpt_neo|gptj|gpt_bigcode|opt|bloom|mpt|falcon|starcoder2|phi$|persimmon|nemotron|codegen)/;

/** Width of a dense feed-forward. */
export const innerOf = (fields: Fields, D: number): number =>
  fields.has('intermediate_size')
    ? fields.whole('intermediate_size', SIZE)
    : fields.whole('hidden_dim', SIZE, 4 * D);

export function feed(
  fields: Fields,
  type: string,
  layer: ConfigLayer,
  at: number,
  D: number,
): number {
  if (type === 'nemotron_h') return layer.type === 'mlp' ? nemotron(fields, at, D) : 0;
  if (layer.type === 'mlp') return 0;
  const matrices = PLAIN.test(type) ? 2 : 3;
  // Llama 4 has a separate name for the width outside experts.
  const wide =
    type === 'llama4_text'
      ? fields.whole('intermediate_size_mlp', SIZE, 16_384)
      : innerOf(fields, D);
  const dense = matrices * D * wide;
  const experts = ['num_experts', 'num_local_experts', 'n_routed_experts'].find((n) =>
    fields.has(n),
  );
  if (experts === undefined) return dense;
  const count = fields.whole(experts, COUNT);
  const first = fields.whole('first_k_dense_replace', COUNT, 0);
  const every = fields.whole(
    type === 'llama4_text' ? 'interleave_moe_layer_step' : 'decoder_sparse_step',
    { min: 1, max: 4096 },
    1,
  );
  const only = fields.get('mlp_only_layers');
  if (count === 0 || at < first || (at + 1) % every !== 0) return dense;
  if (Array.isArray(only) && only.includes(at)) return dense;
  const width = fields.has('moe_intermediate_size')
    ? fields.whole('moe_intermediate_size', SIZE)
    : innerOf(fields, D);
  const shared =
    type === 'llama4_text'
      ? width
      : fields.has('shared_expert_intermediate_size')
        ? fields.whole('shared_expert_intermediate_size', { min: 0, max: SIZE.max })
        : fields.whole('n_shared_experts', COUNT, 0) * width;
  // gpt-oss has a bias in its router and in every matrix of an expert.
  const bias = type === 'gpt_oss' ? count * (1 + 2 * width + D) : 0;
  return D * count + matrices * D * (count * width + shared) + bias;
}

/** Nemotron-H: layers with only a feed-forward, dense ('-') or with experts ('E') in a latent of their own. */
function nemotron(fields: Fields, at: number, D: number): number {
  const signs = fields.get('hybrid_override_pattern');
  const types = fields.get('layers_block_type') ?? fields.get('layer_types');
  const named: unknown =
    typeof signs === 'string' ? signs[at] : Array.isArray(types) ? types[at] : undefined;
  if (named === '-' || named === 'mlp') return 2 * D * innerOf(fields, D);
  const count = fields.whole('n_routed_experts', COUNT, 8);
  const width = fields.whole('moe_intermediate_size', SIZE, 7688);
  const shared =
    fields.whole('n_shared_experts', COUNT, 1) *
    fields.whole('moe_shared_expert_intermediate_size', SIZE, 7688);
  const inside = fields.has('moe_latent_size') ? fields.whole('moe_latent_size', SIZE) : undefined;
  const projections = inside === undefined ? 0 : 2 * D * inside;
  return D * count + 2 * (inside ?? D) * count * width + 2 * D * shared + projections;
}
