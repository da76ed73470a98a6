import { withinSentence } from '../../core/sentence';
import { cachedKeys } from '../../attention/cost';
import { maskOf } from '../../attention/expression';
import { horizonOf, lastReaders, neededFrom } from '../../attention/need';
import { patterns } from '../../attention/registry';
import { complement, has } from '../../attention/runs';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { tokensOf } from '../pictures/words';
import { defineQuantity, layerOf, resized, sayLayer, type Mistake } from '../quantity';
import { isWindow } from '../traits';

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
    const rule = patterns.get(of.pattern);
    const mistakes: Mistake[] = [];
    if (has(rule.reads(T - 1, T, of.params), T - 1))
      mistakes.push({
        id: 'without the last',
        value: held - 1,
        says: 'The last token is held too.',
      });
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
    if (!rule.firstKey) {
      const expression = rule.expression(of.params);
      const last = lastReaders(maskOf(expression, horizonOf(expression, T)));
      const gone = complement(neededFrom(last, 0, T - 1), T);
      if (gone.length > 0)
        mistakes.push(
          {
            id: 'as if global',
            value: T,
            says: `Tokens that no later query reads need not be held: here ${tokensOf(gone)}.`,
          },
          {
            id: 'as if local',
            value: Math.min(W, T),
            says: `Those are the tokens of its window alone; this layer reads ${sayLayer(of)}, and holds all of them.`,
          },
        );
      return mistakes;
    }
    if (isWindow(of)) {
      if (T > W)
        mistakes.push({
          id: 'as if global',
          value: T,
          says: `A key that has left the window of ${W} is never read again, and need not be held.`,
        });
      return mistakes;
    }
    const first = rule.firstKey(T - 1, of.params);
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
        says: 'The window is extended to a chunk boundary: no chunk is summarised before all of it has left.',
      });
    return mistakes;
  },
  because({ spec, T, layer }) {
    const of = layersOf(spec)[layer]!;
    return `${withinSentence(patterns.get(of.pattern).label)}: ${n(cachedKeys(of, T))} after ${n(T)} tokens`;
  },
});
