import { formatInteger } from '../../core/numbers';
import { visiblePairs } from '../../attention/cost';
import { layersOf } from '../../spec/run';
import { defineQuantity, type Mistake, type Of } from '../quantity';

const pairs = ({ spec, T }: Of) => {
  const layers = layersOf(spec);
  return {
    own: layers.reduce((sum, layer) => sum + visiblePairs(layer, T), 0),
    global: layers.length * visiblePairs({ pattern: 'global', params: {} }, T),
  };
};

/** Visible pairs in percent of those of the same model with every layer global. */
export default defineQuantity({
  id: 'share-of-global',
  label: 'Pairs compared with global',
  unit: '%',
  value(of) {
    const { own, global } = pairs(of);
    return (100 * own) / global;
  },
  mistakes(of) {
    const { own, global } = pairs(of);
    const layers = layersOf(of.spec);
    const wide = layers.filter(({ pattern }) => pattern === 'global').length;
    const narrow = layers.filter(({ pattern }) => pattern === 'local').length;
    const mistakes: Mistake[] = [];
    if (own < global)
      mistakes.push({
        id: 'what is saved',
        value: 100 - (100 * own) / global,
        says: 'That is what is saved; the question is what remains.',
      });
    if (wide > 0 && narrow > 0 && wide + narrow === layers.length)
      mistakes.push({
        id: 'local layers for nothing',
        value: (100 * wide) / layers.length,
        says: 'That leaves the local layers out; they are cheap and not free.',
      });
    if (of.T > 1)
      mistakes.push({
        id: 'of the whole square',
        value: (100 * own) / (layers.length * of.T * of.T),
        says: 'A global layer is a triangle too, not the whole square.',
      });
    return mistakes;
  },
  because(of) {
    const { own, global } = pairs(of);
    return `${formatInteger(own)} of ${formatInteger(global)} pairs`;
  },
});
