import { cachedKeys } from '../../attention/cost';
import { patterns } from '../../attention/registry';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity, layerOf, resized, type Mistake } from '../quantity';

/** Keys (tokens and summaries) that one layer's cache holds after T tokens. */
export default defineQuantity({
  id: 'cache-keys',
  label: 'Keys held by the layer',
  unit: 'keys',
  needs: ['layer'],
  value: ({ spec, T, layer }) => cachedKeys(layersOf(spec)[layer]!, T),
  mistakes(asked) {
    const { T } = asked;
    const { of, window: W, chunk: C } = layerOf(asked);
    const held = cachedKeys(of, T);
    const mistakes: Mistake[] = [
      { id: 'without the last', value: held - 1, says: 'The last token is held too.' },
    ];
    if (W === undefined) return mistakes;
    mistakes.push({
      id: 'window too wide',
      value: cachedKeys(resized(of, W + 1), T),
      says: `The window of ${W} counts the token itself.`,
    });
    if (W > 1)
      mistakes.push({
        id: 'window too narrow',
        value: cachedKeys(resized(of, W - 1), T),
        says: `The window of ${W} counts the token itself: itself and ${W - 1} before.`,
      });
    if (of.pattern === 'local') {
      if (T > W)
        mistakes.push({
          id: 'as if global',
          value: T,
          says: `A key that has left the window of ${W} is never read again, and need not be held.`,
        });
      return mistakes;
    }
    const first = patterns.get(of.pattern).firstKey(T - 1, of.params);
    if (first > 0)
      mistakes.push(
        {
          id: 'as if global',
          value: T,
          says: `Tokens 0 to ${first - 1} have left the window; they are held as summaries, one for each ${C}.`,
        },
        {
          id: 'without summaries',
          value: T - first,
          says: 'Those are the tokens held exactly; the summaries are keys too.',
        },
        {
          id: 'summaries alone',
          value: first / C!,
          says: 'Those are the summaries; the window is held as well.',
        },
      );
    if (T - W > first)
      mistakes.push({
        id: 'window not rounded out',
        value: W + Math.floor((T - W) / C!),
        says: 'The window is rounded out to the border of a chunk: no chunk is summarised before all of it has left.',
      });
    return mistakes;
  },
  because({ spec, T, layer }) {
    const of = layersOf(spec)[layer]!;
    return `${of.pattern}: ${n(cachedKeys(of, T))} after ${n(T)} tokens`;
  },
});
