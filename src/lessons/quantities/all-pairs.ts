import { visiblePairs } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** Visible pairs of all layers. */
export default defineQuantity({
  id: 'all-pairs',
  label: 'Visible pairs of all layers',
  unit: 'pairs',
  value: ({ spec, T }) => layersOf(spec).reduce((sum, layer) => sum + visiblePairs(layer, T), 0),
  mistakes({ spec, T }) {
    const layers = layersOf(spec);
    const each = layers.map((layer) => visiblePairs(layer, T));
    if (layers.length === 1) return [];
    const [cheapest, dearest] = [Math.min(...each), Math.max(...each)];
    return [
      {
        id: 'first layer alone',
        value: each[0]!,
        says: 'That is the first layer alone; there are more.',
      },
      {
        id: 'last layer alone',
        value: each.at(-1)!,
        says: 'That is the last layer alone; there are more.',
      },
      ...(cheapest === dearest
        ? []
        : [
            {
              id: 'all as the dearest',
              value: layers.length * dearest,
              says: 'That counts every layer as the most expensive one; look at each stripe.',
            },
            {
              id: 'all as the cheapest',
              value: layers.length * cheapest,
              says: 'That counts every layer as the cheapest one; look at each stripe.',
            },
          ]),
    ];
  },
  because({ spec, T }) {
    const each = layersOf(spec).map((layer) => visiblePairs(layer, T));
    return `${each.map(n).join(' + ')} = ${n(each.reduce((a, b) => a + b, 0))}`;
  },
});
