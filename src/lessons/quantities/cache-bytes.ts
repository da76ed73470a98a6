import { cacheBytes, cachedKeys } from '../../attention/cost';
import type { PatternSpec } from '../../attention/pattern';
import { hasSummaries } from '../../attention/reads';
import { formatInteger as n } from '../../core/units';
import { layersOf } from '../../spec/run';
import { defineQuantity, sayLayer, type Mistake, type Of } from '../quantity';
import { isWindow } from '../traits';

const shape = ({ spec, T, bytes }: Of) => ({
  T,
  kvHeads: spec.heads / spec.share,
  headDim: spec.width / spec.heads,
  bytesPerNumber: bytes,
});

/** What happens to a token that has left the window. */
function sayLeaves(layer: PatternSpec): string {
  if (hasSummaries(layer))
    return 'an approximate layer keeps one summary for each chunk that has left its window';
  if (isWindow(layer)) return 'a local layer drops what has left its window';
  return `a layer that reads ${sayLayer(layer)} keeps no other tokens`;
}

/** Bytes of keys and values after T tokens, all layers. */
export default defineQuantity({
  id: 'cache-bytes',
  label: 'KV cache',
  unit: 'bytes',
  value: (of) => cacheBytes(layersOf(of.spec), shape(of)),
  mistakes(of) {
    const layers = layersOf(of.spec);
    const value = cacheBytes(layers, shape(of));
    const keys = layers.map((layer) => cachedKeys(layer, of.T));
    const mistakes: Mistake[] = [
      {
        id: 'keys without values',
        value: value / 2,
        says: 'Keys and values: there are two numbers where you counted one.',
      },
    ];
    if (of.bytes > 1)
      mistakes.push({
        id: 'numbers',
        value: value / of.bytes,
        says: `You counted the numbers; each takes ${of.bytes} bytes.`,
      });
    if (layers.length > 1)
      for (const held of new Set(keys))
        mistakes.push({
          id: 'one layer',
          value: cacheBytes([layers[keys.indexOf(held)]!], shape(of)),
          says: `That is one layer, which holds ${n(held)} keys; each of the ${layers.length} has a cache of its own.`,
        });
    const smaller = new Set(layers.filter((_, l) => keys[l]! < of.T).map(sayLeaves));
    if (smaller.size > 0)
      mistakes.push({
        id: 'as if global',
        value: cacheBytes(
          layers.map(() => ({ pattern: 'global', params: {} })),
          shape(of),
        ),
        says: `That keeps every token in every layer; ${[...smaller].reduce((before, one) => `${before}, and ${one}`)}.`,
      });
    return mistakes;
  },
  because(of) {
    const keys = layersOf(of.spec).map((layer) => cachedKeys(layer, of.T));
    const { kvHeads, headDim, bytesPerNumber } = shape(of);
    return `2 × (${keys.map(n).join(' + ')}) keys × ${kvHeads} heads × ${headDim} numbers × ${bytesPerNumber} bytes = ${n(cacheBytes(layersOf(of.spec), shape(of)))}`;
  },
});
