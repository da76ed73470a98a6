import { attentionFlops, visiblePairs } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** FLOPs of Q Kᵀ and A V over all layers, one sequence, forward. */
export default defineQuantity({
  id: 'attention-flops',
  label: 'Attention, forward',
  unit: 'FLOPs',
  value: ({ spec, T }) =>
    attentionFlops(layersOf(spec), { T, heads: spec.heads, headDim: spec.width / spec.heads }),
  roads({ spec, T }) {
    const value = attentionFlops(layersOf(spec), {
      T,
      heads: spec.heads,
      headDim: spec.width / spec.heads,
    });
    return [
      {
        value: value / 2,
        says: 'A multiply and an add are two FLOPs; and there are two products, Q Kᵀ and A V.',
      },
      {
        value: value / 4,
        says: 'Four FLOPs a pair and number: two products, each a multiply and an add.',
      },
      { value: value / spec.heads, says: 'That is one head; there are more.' },
      { value: 3 * value, says: 'That is training: forward and twice as much backward.' },
      {
        value: 4 * spec.width * spec.layers * T * T,
        says: 'That counts the whole square; only visible pairs are needed.',
      },
    ];
  },
  because({ spec, T }) {
    const pairs = layersOf(spec).reduce((sum, layer) => sum + visiblePairs(layer, T), 0);
    return `4 × width ${spec.width} × ${n(pairs)} pairs = ${n(4 * spec.width * pairs)}`;
  },
});
