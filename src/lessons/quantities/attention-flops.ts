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
  mistakes({ spec, T }) {
    const value = attentionFlops(layersOf(spec), {
      T,
      heads: spec.heads,
      headDim: spec.width / spec.heads,
    });
    return [
      {
        id: 'half',
        value: value / 2,
        says: 'A multiply and an add are two FLOPs; and there are two products, Q Kᵀ and A V.',
      },
      {
        id: 'a quarter',
        value: value / 4,
        says: 'Four FLOPs a pair and number: two products, each a multiply and an add.',
      },
      ...(spec.heads > 1
        ? [{ id: 'one head', value: value / spec.heads, says: 'That is one head; there are more.' }]
        : []),
      {
        id: 'training',
        value: 3 * value,
        says: 'That is training: forward and twice as much backward.',
      },
      {
        id: 'the whole square',
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
