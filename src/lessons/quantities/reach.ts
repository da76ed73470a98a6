import { reach, reachCone } from '../../attention/reach';
import { layersOf } from '../../spec/run';
import { fromCells } from '../../attention/runs';
import { sayTokens } from '../pictures/cone';
import { tokensOf } from '../pictures/words';
import { defineQuantity, type Mistake } from '../quantity';
import { isWindow, seesAll } from '../traits';

/** How many tokens the last token can depend on through all layers, itself included. */
export default defineQuantity({
  id: 'reach',
  label: 'Reach of the last token',
  unit: 'tokens',
  value: ({ spec, T }) => reach(layersOf(spec), T),
  mistakes({ spec, T }) {
    const layers = layersOf(spec);
    const { length: L } = layers;
    const W = spec.window;
    const sum = 1 + L * (W - 1); // if every layer is local
    if (!layers.every(isWindow)) {
      const [input] = reachCone(layers, T, T - 1);
      const mistakes: Mistake[] = [];
      if (input![T - 1])
        mistakes.push({
          id: 'without itself',
          value: reach(layers, T) - 1,
          says: 'The token itself is one more.',
        });
      // The sentence mentions windows, so the model must have a layer with one.
      if (layers.every(({ params }) => params['window'] === undefined) || sum >= T) return mistakes;
      const before = input!.slice(0, T - sum);
      if (layers.some((layer) => seesAll(layer, T)))
        mistakes.push({
          id: 'as if all were local',
          value: sum,
          says: 'That would be right if every layer were local; one that sees everything before changes that.',
        });
      else if (before.some(Boolean))
        mistakes.push({
          id: 'as if all were local',
          value: sum,
          says: `That would be right if every layer were local; before those, ${tokensOf(fromCells(before, 0, before.length))} can be reached too.`,
        });
      return mistakes;
    }
    const mistakes: Mistake[] = [
      { id: 'without itself', value: reach(layers, T) - 1, says: 'The token itself is one more.' },
    ];
    if (sum > T)
      return [
        ...mistakes,
        {
          id: 'beyond the text',
          value: sum,
          says: `The layers would reach that far, but the text has only ${T} tokens.`,
        },
      ];
    mistakes.push(
      {
        id: 'a window each',
        value: L * W,
        says: `Each layer adds ${W - 1}, not ${W}, because a window of ${W} includes the token itself, which is already counted.`,
      },
      {
        id: 'a window each and itself',
        value: 1 + L * W,
        says: `A window of ${W} is itself and ${W - 1} before, so a layer adds ${W - 1}.`,
      },
    );
    if (sum < T)
      mistakes.push({
        id: 'everything',
        value: T,
        says: 'It would be everything if one layer saw that far.',
      });
    if (L > 1 && W > 1)
      mistakes.push(
        {
          id: 'one layer',
          value: W,
          says: 'That is one layer. Above it, the next layer reads tokens that have themselves read back.',
        },
        {
          id: 'windows multiplied',
          value: W ** L,
          says: 'Windows do not multiply: each layer only moves the edge further back.',
        },
      );
    return mistakes;
  },
  because({ spec, T }) {
    const layers = layersOf(spec);
    const value = reach(layers, T);
    if (!layers.every(isWindow))
      return layers.some((layer) => seesAll(layer, T))
        ? `a layer that sees everything before makes it everything: ${value}`
        : `the layers together lead to tokens ${sayTokens(reachCone(layers, T, T - 1)[0]!)}: ${value}`;
    const sum = 1 + layers.length * (spec.window - 1);
    return `1 + ${layers.length} × (${spec.window} − 1) = ${sum}${value < sum ? `, but there are only ${T} tokens` : ''}`;
  },
});
