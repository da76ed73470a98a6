import { patterns } from '../../attention/registry';
import { defineQuantity, layerOf, resized, type Mistake, type Of } from '../quantity';

const firstOf = (asked: Of, { pattern, params } = layerOf(asked).of) =>
  patterns.get(pattern).firstKey(asked.query, params);

/** The first key a query reads exactly. */
export default defineQuantity({
  id: 'first-key',
  label: 'First key read exactly',
  unit: '',
  needs: ['layer', 'query'],
  value: (asked) => firstOf(asked),
  mistakes(asked) {
    const { query } = asked;
    const { of, window: W, chunk: C } = layerOf(asked);
    if (W === undefined)
      return query === 0
        ? []
        : [
            {
              id: 'the query',
              value: query,
              says: 'That is the query; in a global layer it reads every token before it too.',
            },
          ];
    const first = firstOf(asked);
    const start = query - W + 1;
    const mistakes: Mistake[] = [
      {
        id: 'the width',
        value: W,
        says: 'That is how wide the window is; asked is where it begins.',
      },
    ];
    if (start > 0)
      mistakes.push({
        id: 'window too wide',
        value: firstOf(asked, resized(of, W + 1)),
        says: `The window of ${W} counts the token itself, so it begins at ${query} − ${W} + 1${C ? `, and is rounded down to a multiple of ${C}` : ''}.`,
      });
    if (start > first)
      mistakes.push({
        id: 'window not rounded out',
        value: start,
        says: 'That is the window; here it is rounded out to the border of its chunk.',
      });
    return mistakes;
  },
  because(asked) {
    const { window: W, chunk: C } = layerOf(asked);
    if (W === undefined) return 'a global layer begins at key 0';
    const start = asked.query - W + 1;
    const begins = `${asked.query} − ${W} + 1 = ${String(start).replace('-', '−')}`;
    if (start <= 0) return `${begins}, so the window begins at the first token, key 0`;
    return C ? `${begins}, rounded down to a multiple of ${C}: ${firstOf(asked)}` : begins;
  },
});
