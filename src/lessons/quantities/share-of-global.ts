import { visiblePairs } from '../../attention/cost';
import { layersOf } from '../../spec/run';
import { defineQuantity, type Of } from '../quantity';

const pairs = ({ spec, T }: Of) => {
  const layers = layersOf(spec);
  return {
    own: layers.reduce((sum, layer) => sum + visiblePairs(layer, T), 0),
    global: layers.length * visiblePairs({ pattern: 'global', params: {} }, T),
  };
};

/** Visible pairs as a share of those of the same model with every layer global, in percent. */
export default defineQuantity({
  id: 'share-of-global',
  label: 'Pairs, beside global',
  unit: '%',
  value(of) {
    const { own, global } = pairs(of);
    return (100 * own) / global;
  },
  roads(of) {
    const { own, global } = pairs(of);
    return [
      { value: 100 - (100 * own) / global, says: 'That is what is saved; asked is what remains.' },
      {
        value: 100 / of.spec.groupSize,
        says: 'That leaves the local layers out; they are cheap and not free.',
      },
      {
        value: (100 * own) / (of.spec.layers * of.T * of.T),
        says: 'A global layer is a triangle too, not the whole square.',
      },
    ];
  },
  because(of) {
    const { own, global } = pairs(of);
    return `${own.toLocaleString('en-US')} of ${global.toLocaleString('en-US')} pairs`;
  },
});
