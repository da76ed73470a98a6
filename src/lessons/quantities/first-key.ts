import { patterns } from '../../attention/registry';
import { layersOf } from '../../spec/run';
import { defineQuantity } from '../quantity';

/** The first key a query reads exactly. */
export default defineQuantity({
  id: 'first-key',
  label: 'First key read exactly',
  unit: '',
  needs: ['layer', 'query'],
  value({ spec, layer, query }) {
    const { pattern, params } = layersOf(spec)[layer]!;
    return patterns.get(pattern).firstKey(query, params);
  },
  roads({ spec, layer, query }) {
    const { params } = layersOf(spec)[layer]!;
    const W = params['window'] ?? query + 1;
    return [
      {
        value: query - W,
        says: `The window of ${W} counts the token itself, so it begins at ${query} − ${W} + 1.`,
      },
      {
        value: Math.max(0, query - W + 1),
        says: 'That is the window; here it is rounded out to the border of its chunk.',
      },
      { value: W, says: 'That is how wide the window is; asked is where it begins.' },
    ];
  },
  because({ spec, layer, query }) {
    const { params } = layersOf(spec)[layer]!;
    const [W, C] = [params['window'], params['chunk']];
    if (W === undefined) return 'a global layer begins at key 0';
    const start = Math.max(0, query - W + 1);
    return C
      ? `${query} − ${W} + 1 = ${start}, rounded down to a multiple of ${C}: ${C * Math.floor(start / C)}`
      : `${query} − ${W} + 1 = ${start}`;
  },
});
