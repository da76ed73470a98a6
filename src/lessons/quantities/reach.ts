import { reach } from '../../attention/reach';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** Tokens the last one can depend on through all layers, itself included. */
export default defineQuantity({
  id: 'reach',
  label: 'Reach of the last token',
  unit: 'tokens',
  value: ({ spec, T }) => reach(layersOf(spec), T),
  roads({ spec, T }) {
    const layers = layersOf(spec);
    const { length: L } = layers;
    const W = spec.window;
    return [
      {
        value: W,
        says: 'That is one layer. Above it, the next layer reads tokens that have themselves read back.',
      },
      {
        value: L * W,
        says: `Each layer adds ${W - 1}, not ${W}: the token a layer stands on was counted already.`,
      },
      { value: L * (W - 1), says: 'The token itself is one more.' },
      {
        value: 1 + L * W,
        says: `A window of ${W} is itself and ${W - 1} before, so a layer adds ${W - 1}.`,
      },
      {
        value: W ** L,
        says: 'Windows do not multiply: each layer only moves the edge further back.',
      },
      {
        value: 1 + L * (W - 1),
        says: 'So it would be if every layer were local; one that sees everything before changes that.',
      },
      { value: T, says: 'It would be everything if one layer saw that far.' },
    ];
  },
  because({ spec, T }) {
    const layers = layersOf(spec);
    const value = reach(layers, T);
    const wide = layers.find(({ pattern }) => pattern !== 'local');
    return wide
      ? `a layer that sees everything before makes it everything: ${value}`
      : `1 + ${layers.length} × (${spec.window} − 1) = ${1 + layers.length * (spec.window - 1)}${value < 1 + layers.length * (spec.window - 1) ? `, but there are only ${T} tokens` : ''}`;
  },
});
