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
  roads({ spec, T }) {
    const layers = layersOf(spec);
    const each = layers.map((layer) => visiblePairs(layer, T));
    return [
      { value: each[0]!, says: 'That is the first layer alone; there are more.' },
      { value: each.at(-1)!, says: 'That is the last layer alone; there are more.' },
      {
        value: layers.length * Math.max(...each),
        says: 'That is every layer as dear as the dearest: look at each stripe.',
      },
      {
        value: layers.length * Math.min(...each),
        says: 'That is every layer as cheap as the cheapest: look at each stripe.',
      },
    ];
  },
  because({ spec, T }) {
    const each = layersOf(spec).map((layer) => visiblePairs(layer, T));
    return `${each.map(n).join(' + ')} = ${n(each.reduce((a, b) => a + b, 0))}`;
  },
});
