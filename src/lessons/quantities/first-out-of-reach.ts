import { reach } from '../../attention/reach';
import { layersOf } from '../../spec/run';
import { defineQuantity, type Mistake, type Of } from '../quantity';

/** Reach counts the token itself, so the farthest distance within it is one less. */
function distances({ spec, T }: Of) {
  const layers = layersOf(spec);
  const tokens = reach(layers, T);
  return {
    L: layers.length,
    W: spec.window,
    last: tokens - 1,
    first: tokens < T ? tokens : Infinity,
  };
}

/** The shortest distance back over which the last token can depend on nothing; infinite where it depends on every token. */
export default defineQuantity({
  id: 'first-out-of-reach',
  label: 'First distance out of reach',
  unit: 'tokens back',
  value: (of) => distances(of).first,
  mistakes(of) {
    const { L, W, last, first } = distances(of);
    // Only a stack of local layers leaves anything out of reach.
    if (first === Infinity) return [];
    const mistakes: Mistake[] = [
      {
        id: 'the last within reach',
        value: last,
        says: `That is the last distance within reach: ${L} × ${W - 1}. Asked is the first beyond it.`,
      },
      {
        id: 'a window each',
        value: L * W,
        says: `Each layer gets ${W - 1} back, not ${W}: the window counts the token itself.`,
      },
      {
        id: 'a window each and one',
        value: L * W + 1,
        says: `Each layer gets ${W - 1} back, not ${W}: the window counts the token itself.`,
      },
    ];
    if (L > 1)
      mistakes.push({
        id: 'one layer',
        value: W,
        says: `That is out of reach of one layer; ${L} layers get further back.`,
      });
    return W > 1 ? mistakes : mistakes.filter(({ id }) => id !== 'one layer');
  },
  because(of) {
    const { L, W, last, first } = distances(of);
    return `${L} layers get ${W - 1} back each, ${L} × ${W - 1} = ${last}; ${first} is the first distance beyond`;
  },
});
