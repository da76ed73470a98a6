/**
 * @file How many numbers a layer without keys keeps per sequence: a state of fixed size, however long the text is.
 *
 * It has two parts: the inputs that a short convolution over the last K tokens still needs, and the state of a
 * recurrence. Families name their sizes differently; the first form whose fields are present is used. Counted as in the
 * cache of transformers, which holds all K inputs of a convolution; test/masks/configInterop.test.ts compares.
 */
import { check } from '../core/check';
import { shown, type Bounds } from '../core/fields';
import type { Fields } from './fields';

export interface StateSize {
  /** Numbers. */
  readonly convolution: number;
  /** Numbers; engines often keep these in float32 even if everything else has 16 bits. */
  readonly recurrence: number;
}

const COUNT: Bounds = { min: 1, max: 2 ** 20 };
const MAX_TIMES_WIDER = 64;

interface Sizes {
  readonly heads: number;
  readonly hidden: number;
}

/** The inner width of a mixer, `expand` times that of the residual stream. */
function expanded(fields: Fields, name: string, hidden: number): number {
  const times = fields.get(name) ?? 2;
  check(
    typeof times === 'number' && times > 0 && times <= MAX_TIMES_WIDER,
    `${name} is ${shown(times)}; it should be a number up to ${MAX_TIMES_WIDER}`,
  );
  return Math.floor(times * hidden);
}

/** Gated DeltaNet: queries and keys of one width, values of another; one matrix per value head. */
function deltaNet(fields: Fields, { heads, hidden }: Sizes): StateSize {
  const keyHeads = fields.whole('linear_num_key_heads', COUNT, heads);
  const valueHeads = fields.whole('linear_num_value_heads', COUNT, heads);
  const key = fields.whole('linear_key_head_dim', COUNT, Math.floor((0.75 * hidden) / keyHeads));
  const value = fields.whole('linear_value_head_dim', COUNT, 2 * key);
  const kernel = fields.whole('linear_conv_kernel_dim', COUNT);
  return {
    convolution: (2 * keyHeads * key + valueHeads * value) * kernel,
    recurrence: valueHeads * key * value,
  };
}

/** Kimi Delta Attention: heads of one width for queries, keys and values. */
function kimiDelta(fields: Fields): StateSize {
  const heads = fields.whole('linear_num_heads', COUNT);
  const width = fields.whole('linear_head_dim', COUNT);
  const kernel = fields.whole('linear_conv_kernel_dim', COUNT);
  return { convolution: 3 * heads * width * kernel, recurrence: heads * width * width };
}

/** Mamba 2: a convolution over the mixed channels and over B and C of each group; N numbers per mixed channel. */
const mamba2 = (inner: number, groups: number, N: number, kernel: number): StateSize => ({
  convolution: (inner + 2 * groups * N) * kernel,
  recurrence: inner * N,
});

/** Undefined if the fields do not say it. */
export function stateSize(fields: Fields, type: string, sizes: Sizes): StateSize | undefined {
  const has = (...names: string[]) => names.every((name) => fields.has(name));
  const { hidden } = sizes;
  if (type === 'conv')
    return has('conv_L_cache')
      ? { convolution: hidden * fields.whole('conv_L_cache', COUNT), recurrence: 0 }
      : undefined;
  if (has('linear_num_heads', 'linear_head_dim', 'linear_conv_kernel_dim'))
    return kimiDelta(fields);
  if (has('linear_conv_kernel_dim')) return deltaNet(fields, sizes);
  if (has('mamba_num_heads', 'mamba_head_dim', 'ssm_state_size', 'conv_kernel'))
    return mamba2(
      fields.whole('mamba_num_heads', COUNT) * fields.whole('mamba_head_dim', COUNT),
      fields.whole('n_groups', COUNT, 1),
      fields.whole('ssm_state_size', COUNT),
      fields.whole('conv_kernel', COUNT),
    );
  if (has('mamba_d_state', 'mamba_d_conv')) {
    const N = fields.whole('mamba_d_state', COUNT);
    const kernel = fields.whole('mamba_d_conv', COUNT);
    const inner = has('mamba_d_ssm')
      ? fields.whole('mamba_d_ssm', COUNT)
      : expanded(fields, 'mamba_expand', hidden);
    const groups = ['mamba_n_groups', 'mamba_ngroups'].find((name) => has(name));
    if (groups !== undefined) return mamba2(inner, fields.whole(groups, COUNT), N, kernel);
    return { convolution: inner * kernel, recurrence: inner * N }; // Mamba 1
  }
  if (has('conv1d_width')) {
    const width = fields.whole('lru_width', COUNT, hidden);
    return { convolution: width * (fields.whole('conv1d_width', COUNT) - 1), recurrence: width };
  }
  return undefined;
}
