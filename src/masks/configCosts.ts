/** @file What the layers of a config cost at any length, in closed form: pairs, bytes of cache and states, FLOPs. */
import { visiblePairs } from '../attention/cost';
import { write } from '../attention/expression';
import { layerFacts, layerSorts, numbersAt, stateNumbers } from './layerFacts';
import type { ConfigLayers, Reach } from './configLayer';

/**
 * Pairs (query, key) of one layer over T tokens, per head and sequence; if the data selects the keys, all keys it
 * selects from count.
 */
export function pairsAt(layer: Reach, causal: boolean, T: number): number {
  const { kind, window = T } = layer;
  if (kind === 'state' || kind === 'none') return 0;
  if (!causal) {
    if (T === 0) return 0;
    // Pairs whose query and key are at most `side` apart: T on the diagonal, then T - 1, T - 2, … next to it; an even
    // window has one more key after the query.
    const beside = (side: number) => side * T - (side * (side + 1)) / 2;
    const most = kind === 'local' ? window - 1 : 2 * (T - 1);
    const [before, after] = [Math.floor(most / 2), Math.ceil(most / 2)];
    return T + beside(Math.min(before, T - 1)) + beside(Math.min(after, T - 1));
  }
  switch (kind) {
    case 'global':
      return visiblePairs({ pattern: 'global', params: {} }, T);
    case 'local':
      return visiblePairs({ pattern: 'local', params: { window } }, T);
    case 'masked':
      return visiblePairs({ pattern: write(layer.expression), params: {} }, T);
    case 'chunked': {
      const rest = T % window; // triangles of C, and a partial last one
      return (Math.floor(T / window) * window * (window + 1) + rest * (rest + 1)) / 2;
    }
  }
}

/**
 * Bytes of keys and values to allocate for T tokens of one sequence: Σ over the layers of kvHeads · (key + value) ·
 * held · bytes; with `between`, only what is kept from one step to the next. An encoder reads everything at once and
 * keeps nothing. States are not included: see stateBytes. What a decoder keeps of its source is included, at the length
 * of the source.
 */
export function cacheBytesAt(
  config: ConfigLayers,
  T: number,
  bytesPerNumber = 2,
  between = false,
): number {
  const each = layerFacts(config).map((facts) => numbersAt(facts, T, between));
  return (
    each.reduce((sum, numbers) => sum + numbers, 0) * bytesPerNumber +
    sourceBytes(config, bytesPerNumber)
  );
}

/** Bytes of keys and values of the source, which do not grow during generation; 0 if no source is read. */
export const sourceBytes = (config: ConfigLayers, bytesPerNumber = 2): number =>
  layerFacts(config).reduce((sum, { perTokenOfSource }) => sum + perTokenOfSource, 0) *
  (config.source?.tokens ?? 0) *
  bytesPerNumber;

/** Bytes of all states of one sequence, at any length; layers whose size is unknown count as 0: see unknownStates. */
export const stateBytes = (config: ConfigLayers, bytesPerNumber = 2): number =>
  layerFacts(config).reduce((sum, facts) => sum + (stateNumbers(facts) ?? 0), 0) * bytesPerNumber;

/** Layers that keep a state of unknown size. */
export const unknownStates = (config: ConfigLayers): number =>
  layerFacts(config).filter(({ state }) => state === undefined).length;

/**
 * FLOPs of attention per token, forward, the mean over T tokens: Σ over the layers of 2 · H · (key + value) · P / T,
 * which is 4 · H · d · P / T if both are d wide. Products with weights are not counted.
 */
export function flopsPerTokenAt(config: ConfigLayers, T: number): number {
  if (T === 0) return 0;
  const source = config.source?.tokens ?? 0;
  const each = layerFacts(config).map(({ layer, flopsPerPair, flopsPerPairOfSource }) => {
    const own = config.part === 'cross' ? 0 : pairsAt(layer, config.causal, T) * flopsPerPair;
    return own + T * source * flopsPerPairOfSource;
  });
  return each.reduce((sum, flops) => sum + flops, 0) / T;
}

/**
 * FLOPs of attention for one more token, the T-th of a sequence: its row of pairs over all layers and heads, plus the
 * whole of a source. flopsPerTokenAt is the mean over T tokens.
 */
export function nextFlops(config: ConfigLayers, T: number, source = config.source?.tokens): number {
  if (T < 1) return 0;
  return layerSorts(config).reduce((sum, { facts, count }) => {
    const { layer, flopsPerPair, flopsPerPairOfSource } = facts;
    const own =
      config.part === 'cross'
        ? 0
        : pairsAt(layer, config.causal, T) - pairsAt(layer, config.causal, T - 1);
    return sum + count * (own * flopsPerPair + (source ?? 0) * flopsPerPairOfSource);
  }, 0);
}
