import { visiblePairs } from '../../attention/cost';
import { hasSummaries } from '../../attention/reads';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity, layerOf, resized, sayLayer, type Mistake } from '../quantity';
import { isWindow, traitsOf } from '../traits';

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
    const visible = visiblePairs(of, T);
    const { causal, itself, full } = traitsOf(of, T);
    const mistakes: Mistake[] = [];
    if (itself)
      mistakes.push({
        id: 'without the diagonal',
        value: visible - T,
        says: 'Each token also reads itself: the diagonal is missing.',
      });
    if (T > 1 && causal)
      mistakes.push({
        id: 'the whole square',
        value: T * T,
        says: 'That is the whole square: it also counts keys that come after their query, which may not be read.',
      });
    if (W === undefined) {
      if (!causal || visible < half) return mistakes;
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
    if (hasSummaries(of)) {
      // There are summaries as soon as the first chunk is before the window of the last query.
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
    if (visible < half)
      mistakes.push({
        id: 'as if global',
        value: half,
        says: `That is a global layer. Here a query reads ${isWindow(of) ? `no further back than its window of ${W}` : sayLayer(of)}.`,
      });
    if (!isWindow(of))
      mistakes.push({
        id: 'as if local',
        value: visiblePairs({ pattern: 'local', params: { window: W } }, T),
        says: `Those are the pairs of its window alone; here a query reads ${sayLayer(of)}.`,
      });
    const most = isWindow(of) ? W : full;
    if (most !== undefined && most > 1 && T >= most)
      mistakes.push({
        id: 'every row full',
        value: T * most,
        says: `The first rows are shorter: query 0 has one key to read, and only from query ${most - 1} on are there ${most}.`,
      });
    return mistakes;
  },
  because({ spec, T, layer }) {
    const of = layersOf(spec)[layer]!;
    const value = n(visiblePairs(of, T));
    const { full } = traitsOf(of, T);
    if (of.params['window'] === undefined && full === T)
      return `1 + 2 + … + ${T} = ${T} × ${T + 1} / 2 = ${value}`;
    if (full !== undefined)
      return `the first ${full} rows have 1 + … + ${full} = ${n((full * (full + 1)) / 2)}, the other ${T - full} have ${full} each: ${value}`;
    return `exact keys${hasSummaries(of) ? ' and summaries' : ''} of every row, added up: ${value}`;
  },
});
