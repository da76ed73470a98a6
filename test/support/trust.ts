/** @file A model small enough for every check, with each pattern in it, and data for it. */
import { patternSpec } from '../../src/attention/registry';
import { random } from '../../src/core/random';
import type { ModelSpec } from '../../src/spec/model';

export const TRUSTED: ModelSpec = {
  vocabulary: 13,
  context: 18,
  width: 16,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  hidden: 24,
  layers: ['global', 'local', 'approximate'].map((id) => patternSpec(id, { window: 5, chunk: 3 })),
  pool: 'post',
  ropeBase: 10_000,
  ropeScale: 1,
  tied: true,
};

export const TRUSTED_BATCH = 3;

/** Something to learn: each token follows from the one before by a rule with exceptions. */
export function batchOf(m: ModelSpec, step: number, B = TRUSTED_BATCH) {
  const { below, next } = random('trust', step);
  const V = m.vocabulary;
  const tokens = new Int32Array(B * m.context);
  const targets = new Int32Array(B * m.context);
  const weights = new Float32Array(B * m.context);
  for (let i = 0, token = 0; i < tokens.length; i++) {
    if (i % m.context === 0) token = below(V);
    tokens[i] = token;
    token = next() < 0.1 ? below(V) : (5 * token + 3) % V;
    targets[i] = token;
    weights[i] = next() < 0.2 ? 0 : 1;
  }
  return { tokens, targets, weights };
}
