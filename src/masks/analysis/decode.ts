/**
 * @file Prefill compared with decode: what a query reads when the whole text is present, and what it reads from a cache
 * when the text is generated one token at a time. They must be the same.
 */
import { positionOf, type Mask } from '../../attention/mask';
import { clip, intersect, minus, type Runs } from '../../attention/runs';
import { foundAt, type Cache } from './cache';

export interface TwoPaths {
  readonly query: number;
  readonly prefill: Runs;
  readonly decode: Runs;
  /** Read in prefill, but not found by the decoder. */
  readonly missing: Runs;
  /** Read by the decoder, but not in prefill. */
  readonly extra: Runs;
}

/** Keys query `q` reads on both paths. A decoder has no key after the query, whatever the mask says. */
export function twoPaths(mask: Mask, cache: Cache, q: number): TwoPaths {
  const step = positionOf(mask, q);
  const prefill = mask.row(q);
  const found = foundAt(cache, step);
  const decode = cache.reads === 'all' ? found : intersect(prefill, found);
  return {
    query: q,
    prefill,
    decode,
    missing: minus(clip(prefill, 0, step + 1), decode),
    extra: minus(decode, prefill),
  };
}

export interface Disagreements {
  readonly queries: number; // that read different keys
  readonly first?: TwoPaths;
}

export function disagreementsOf(mask: Mask, cache: Cache): Disagreements {
  let queries = 0;
  let first: TwoPaths | undefined;
  for (let q = 0; q < mask.queries; q++) {
    const paths = twoPaths(mask, cache, q);
    if (paths.missing.length === 0 && paths.extra.length === 0) continue;
    queries++;
    first ??= paths;
  }
  return { queries, ...(first && { first }) };
}
