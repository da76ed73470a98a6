import { cacheBytes, cachedKeys } from '../../attention/cost';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity, type Of } from '../quantity';

const shape = ({ spec, T, bytes }: Of) => ({
  T,
  kvHeads: spec.heads / spec.share,
  headDim: spec.width / spec.heads,
  bytesPerNumber: bytes,
});

/** Bytes of keys and values after T tokens, all layers. */
export default defineQuantity({
  id: 'cache-bytes',
  label: 'KV cache',
  unit: 'bytes',
  value: (of) => cacheBytes(layersOf(of.spec), shape(of)),
  roads(of) {
    const layers = layersOf(of.spec);
    const value = cacheBytes(layers, shape(of));
    const global = layers.map(() => ({ pattern: 'global', params: {} }));
    return [
      { value: value / 2, says: 'Keys and values: there are two numbers where you counted one.' },
      { value: value / of.bytes, says: `Those are numbers; each takes ${of.bytes} bytes.` },
      { value: value / layers.length, says: 'That is one layer; each has a cache of its own.' },
      {
        value: cacheBytes(global, shape(of)),
        says: 'That keeps every token in every layer; a local layer lets go of what has left its window.',
      },
    ];
  },
  because(of) {
    const keys = layersOf(of.spec).map((layer) => cachedKeys(layer, of.T));
    const { kvHeads, headDim, bytesPerNumber } = shape(of);
    return `2 × (${keys.map(n).join(' + ')}) keys × ${kvHeads} heads × ${headDim} numbers × ${bytesPerNumber} bytes = ${n(cacheBytes(layersOf(of.spec), shape(of)))}`;
  },
});
