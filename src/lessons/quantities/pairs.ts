import { visiblePairs } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity, layerOf, resized, type Mistake } from '../quantity';

/** Visible pairs of one layer. */
export default defineQuantity({
  id: 'pairs',
  label: 'Visible pairs of the layer',
  unit: 'pairs',
  needs: ['layer'],
  value: ({ spec, T, layer }) => visiblePairs(layersOf(spec)[layer]!, T),
  mistakes(asked) {
    const { T } = asked;
    const { of, window: W, chunk: C } = layerOf(asked);
    const half = (T * (T + 1)) / 2;
    const mistakes: Mistake[] = [
      {
        id: 'without the diagonal',
        value: visiblePairs(of, T) - T,
        says: 'Each token also reads itself: the diagonal is missing.',
      },
    ];
    if (T > 1)
      mistakes.push({
        id: 'the whole square',
        value: T * T,
        says: 'That is the whole square: it also counts keys that come after their query, which may not be read.',
      });
    if (W === undefined) {
      mistakes.push({
        id: 'the other triangle',
        value: T * T - half,
        says: 'That is the other triangle: the keys that may not be read.',
      });
      return mistakes;
    }
    mistakes.push({
      id: 'window too wide',
      value: visiblePairs(resized(of, W + 1), T),
      says: `That is a window of ${W + 1}: here the token itself is one of the ${W}.`,
    });
    if (W > 1)
      mistakes.push({
        id: 'window too narrow',
        value: visiblePairs(resized(of, W - 1), T),
        says: `The window of ${W} counts the token itself: itself and ${W - 1} before.`,
      });
    if (of.pattern === 'approximate') {
      // The first chunk is summarised as soon as it has left the window of the last query.
      if (T >= W + C!)
        mistakes.push(
          {
            id: 'as if global',
            value: half,
            says: `That is a global layer. Here what lies before the window is read through summaries, and a summary of ${C} is one key.`,
          },
          {
            id: 'as if local',
            value: visiblePairs({ pattern: 'local', params: { window: W } }, T),
            says: 'That is local attention alone; the summaries are pairs too.',
          },
        );
      return mistakes;
    }
    if (T > W)
      mistakes.push({
        id: 'as if global',
        value: half,
        says: `That is a global layer. Here a query reads no further back than its window of ${W}.`,
      });
    if (W > 1 && T >= W)
      mistakes.push({
        id: 'every row full',
        value: T * W,
        says: `The first rows are shorter: query 0 has one key to read, and only from query ${W - 1} on are there ${W}.`,
      });
    return mistakes;
  },
  because({ spec, T, layer }) {
    const { pattern, params } = layersOf(spec)[layer]!;
    const value = n(visiblePairs({ pattern, params }, T));
    if (pattern === 'global') return `1 + 2 + … + ${T} = ${T} × ${T + 1} / 2 = ${value}`;
    const W = Math.min(T, params['window']!);
    if (pattern === 'local')
      return `the first ${W} rows have 1 + … + ${W} = ${n((W * (W + 1)) / 2)}, the other ${T - W} have ${W} each: ${value}`;
    return `exact keys and summaries of every row, added up: ${value}`;
  },
});
