import { reachCone } from '../../attention/reach';
import { layersOf } from '../../spec/run';
import { sayTokens } from '../pictures/cone';
import { defineQuantity, type Mistake, type Of } from '../quantity';
import { isWindow } from '../traits';

function distances({ spec, T }: Of) {
  const layers = layersOf(spec);
  const input = reachCone(layers, T, T - 1)[0]!;
  const back = input.toReversed().indexOf(0); // 0 back is the token itself
  const first = back < 0 ? Infinity : back;
  return {
    input,
    L: layers.length,
    W: spec.window,
    windows: layers.every(isWindow),
    last: back < 0 ? T - 1 : back - 1,
    first,
  };
}

/** The shortest distance back that the last token cannot depend on; infinite if it depends on every token. */
export default defineQuantity({
  id: 'first-out-of-reach',
  label: 'First distance out of reach',
  unit: 'tokens back',
  value: (of) => distances(of).first,
  mistakes(of) {
    const { L, W, last, first, windows } = distances(of);
    if (first === Infinity) return [];
    if (!windows)
      return [
        {
          id: 'the last within reach',
          value: last,
          says: 'That is still within reach. The question is the first distance that is not.',
        },
      ];
    const mistakes: Mistake[] = [
      {
        id: 'the last within reach',
        value: last,
        says: `That is the last distance within reach: ${L} × ${W - 1}. The question is the first beyond it.`,
      },
      {
        id: 'a window each',
        value: L * W,
        says: `Each layer adds ${W - 1}, not ${W}: the window counts the token itself.`,
      },
      {
        id: 'a window each and one',
        value: L * W + 1,
        says: `Each layer adds ${W - 1}, not ${W}: the window counts the token itself.`,
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
    const { L, W, last, first, windows, input } = distances(of);
    if (first === Infinity) return 'every token is within reach';
    if (!windows)
      return `tokens ${sayTokens(input)} are within reach; the nearest that is not lies ${first} back`;
    return `${L} layers get ${W - 1} back each, ${L} × ${W - 1} = ${last}; ${first} is the first distance beyond`;
  },
});
