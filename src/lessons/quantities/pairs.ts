import { visiblePairs } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** Visible pairs of one layer. */
export default defineQuantity({
  id: 'pairs',
  label: 'Visible pairs of the layer',
  unit: 'pairs',
  needs: ['layer'],
  value: ({ spec, T, layer }) => visiblePairs(layersOf(spec)[layer]!, T),
  roads({ spec, T, layer }) {
    const { pattern, params } = layersOf(spec)[layer]!;
    const W = params['window'] ?? T;
    const half = (T * (T + 1)) / 2;
    return [
      {
        value: T * T,
        says: 'That is the whole square: it also counts keys that come after their query, which may not be read.',
      },
      { value: (T * (T - 1)) / 2, says: 'Each token also reads itself: the diagonal is missing.' },
      ...(pattern === 'global'
        ? [
            {
              value: T * T - half,
              says: 'That is the other triangle: the keys that may not be read.',
            },
          ]
        : [
            {
              value: half,
              says: `That is a global layer. Here a query reads no further back than its window of ${W}.`,
            },
            {
              value: T * W,
              says: `The first rows are shorter: query 0 has one key to read, query 1 two, until query ${W - 1} has ${W}.`,
            },
            {
              value: (W * (W - 1)) / 2 + (T - W + 1) * (W - 1),
              says: `The window of ${W} counts the token itself: itself and ${W - 1} before.`,
            },
            {
              value: ((W + 1) * (W + 2)) / 2 + (T - W - 1) * (W + 1),
              says: `That is a window of ${W + 1}: here the token itself is one of the ${W}.`,
            },
          ]),
      ...(pattern === 'approximate'
        ? [
            {
              value: visiblePairs({ pattern: 'local', params: { window: W } }, T),
              says: 'That is local attention alone; the summaries are pairs too.',
            },
          ]
        : []),
    ];
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
