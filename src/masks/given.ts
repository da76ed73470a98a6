/**
 * @file What the user specifies about a mask beyond its cells, so that lints that need more than the cells can work.
 */
import type { Subject } from './subject';
import type { Cache } from './analysis/cache';

export interface Given {
  /** Tokens of the text; what follows is padding. */
  readonly length?: number;
  /** Side of a block in a block mask, in tokens. */
  readonly block?: number;
  /** Keys the cache of each layer holds; 0: all. */
  readonly cache?: number;
  /** Whether the decoder ignores the mask and reads everything its cache holds. */
  readonly whole?: boolean;
  /** Whether the call also gets is_causal. */
  readonly isCausal?: boolean;
}

/** In the form that lints expect, for this many layers. */
export function subjectOf(
  { length, block, cache, whole, isCausal }: Given,
  layers: number,
): Pick<Subject, 'caches' | 'isCausal'> & { readonly declared?: Subject['declared'] } {
  const reads = whole ? ({ reads: 'all' } as const) : {};
  const kept: Cache | undefined =
    cache === undefined
      ? undefined
      : cache === 0
        ? { kind: 'all', ...reads }
        : { kind: 'ring', slots: cache, ...reads };
  return {
    ...((length !== undefined || block !== undefined) && {
      declared: {
        ...(length !== undefined && { length }),
        ...(block !== undefined && { block }),
      },
    }),
    ...(kept && { caches: Array.from({ length: layers }, () => kept) }),
    ...(isCausal && { isCausal }),
  };
}
