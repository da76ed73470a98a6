/** @file What attention costs, counted from the rule alone. Source of the conventions: design, section 3 (PaLM App. B, Dao et al.). */
import type { LayerPlan, PatternSpec } from './pattern';
import { patterns } from './registry';

export interface AttentionShape {
  readonly T: number; // tokens
  readonly heads: number; // query heads
  readonly headDim: number;
}

export interface CacheShape {
  readonly T: number; // tokens
  readonly kvHeads: number;
  readonly headDim: number;
  readonly bytesPerNumber: number;
}

/** A multiply and an add are two FLOPs: q·k, then weight × v. Softmax, norms and embeddings are left out. */
export const FLOPS_PER_PAIR_AND_DIM = 4;

/** Pairs (query, key or summary) the rule lets through, per head and sequence. */
export const visiblePairs = ({ pattern, params }: PatternSpec, T: number): number =>
  patterns.get(pattern).visiblePairs(T, params);

/** Keys (tokens and summaries) one layer must hold after T tokens. */
export const cachedKeys = ({ pattern, params }: PatternSpec, T: number): number =>
  patterns.get(pattern).cachedKeys(T, params);

/** FLOPs of Q Kᵀ and A V over all layers, one sequence, forward pass, counting visible pairs only. */
export function attentionFlops(plan: LayerPlan, { T, heads, headDim }: AttentionShape): number {
  const pairs = plan.reduce((sum, layer) => sum + visiblePairs(layer, T), 0);
  return FLOPS_PER_PAIR_AND_DIM * pairs * heads * headDim;
}

/** Bytes of keys and values a decoder holds after T tokens, over all layers, one sequence. */
export function cacheBytes(
  plan: LayerPlan,
  { T, kvHeads, headDim, bytesPerNumber }: CacheShape,
): number {
  const keys = plan.reduce((sum, layer) => sum + cachedKeys(layer, T), 0);
  return 2 * keys * kvHeads * headDim * bytesPerNumber;
}
