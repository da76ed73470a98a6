/** @file What one of the compared models costs: its cache, its weights, and what else fits in memory. */
import type { Asked } from './asked';
import { cacheAt, type CacheCost, type How, type Priced } from './cache';
import type { Model } from './model';
import { loggedTokens } from './pages';
import { batchIn, kneesOf, longestIn } from './plan';
import { byId, WEIGHT_PRECISIONS, type Precision } from './precision';
import { activationBytes } from './weights';

const GIB = 2 ** 30;

/** One of the compared models, with all its numbers. Bytes are per GPU. */
export interface Entry {
  readonly model: Model;
  readonly at: Priced;
  readonly cost: CacheCost;
  readonly knees: readonly number[];
  /** undefined: unknown. */
  readonly weights: number | undefined;
  readonly weightsIn: Precision;
  readonly activations: number | undefined;
  /** Left after weights and activations. */
  readonly room: number;
  /** Tokens of each sequence that fit; `at.most`: more than the limit of the cost model. */
  readonly longest: number;
  /** Sequences that fit at the chosen length. */
  readonly batch: number;
  /** Tokens as vLLM's log counts them, if there is a pool. */
  readonly logged: number | undefined;
  /** Bytes that a pool must still hold so that a prefix of this length is found in it. */
  readonly prefix: number | undefined;
}

/**
 * The numbers of one model at T tokens. `alone` computes the costs of one sequence in pages of one token, outside any
 * pool.
 */
export function entryOf(
  model: Model,
  at: Priced,
  alone: Priced,
  T: number,
  how: How,
  asked: Asked,
): Entry {
  const { block, ...rest } = asked.weights
    ? byId(WEIGHT_PRECISIONS, asked.weights)
    : model.precision;
  const weights =
    model.parameters === undefined
      ? undefined
      : (model.parameters * block.bytes) / block.numbers / how.machines;
  const activations =
    model.weights === undefined || model.config.vocabulary === undefined
      ? undefined
      : activationBytes(
          model.weights,
          model.config.vocabulary,
          Math.max(how.batch, how.keeping.step),
          how.batch,
        );
  const room = asked.memory * GIB - (weights ?? 0) - (activations ?? 0);
  const cost = cacheAt(at, T);
  return {
    model,
    at,
    cost,
    knees: kneesOf(at),
    weights,
    weightsIn: { block, ...rest },
    activations,
    room,
    longest: longestIn(at, room),
    batch: batchIn(at, T, room),
    logged: at.layout && room > 0 ? loggedTokens(at.layout, room) : undefined,
    prefix: at.layout && cacheAt(alone, T).keys,
  };
}
