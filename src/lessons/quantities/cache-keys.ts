import { cachedKeys } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** Keys (tokens and summaries) that one layer's cache holds after T tokens. */
export default defineQuantity({
  id: 'cache-keys',
  label: 'Keys held by the layer',
  unit: 'keys',
  needs: ['layer'],
  value: ({ spec, T, layer }) => cachedKeys(layersOf(spec)[layer]!, T),
  roads({ spec, T, layer }) {
    const { pattern, params } = layersOf(spec)[layer]!;
    const W = params['window'] ?? T;
    return pattern === 'global'
      ? [{ value: T - 1, says: 'The last token is held too.' }]
      : [
          {
            value: T,
            says: `A key that has left the window of ${W} is never read again, and need not be held.`,
          },
          {
            value: W - 1,
            says: `The window of ${W} counts the token itself, whose key is held too.`,
          },
          { value: W + 1, says: `The window of ${W} counts the token itself: no key more.` },
        ];
  },
  because({ spec, T, layer }) {
    const of = layersOf(spec)[layer]!;
    return `${of.pattern}: ${n(cachedKeys(of, T))} after ${n(T)} tokens`;
  },
});
