import { readsOf } from '../../attention/reads';
import { patterns } from '../../attention/registry';
import { clip } from '../../attention/runs';
import { tokensOf } from '../pictures/words';
import { defineQuantity, layerOf, resized, type Mistake, type Of } from '../quantity';
import { isWindow } from '../traits';

const runsOf = (asked: Of, layer = layerOf(asked).of) => readsOf(layer, asked.query, asked.T).exact;

/** NaN if the query reads nothing; a lesson that asks for it is refused. */
const firstOf = (asked: Of, layer = layerOf(asked).of) => runsOf(asked, layer)[0] ?? NaN;

/** The first key a query reads exactly, over all its runs. */
export default defineQuantity({
  id: 'first-key',
  label: 'First key read exactly',
  unit: '',
  needs: ['layer', 'query'],
  value: (asked) => firstOf(asked),
  mistakes(asked) {
    const { query } = asked;
    const { of, window: W, chunk: C } = layerOf(asked);
    const runs = runsOf(asked);
    if (W === undefined)
      return query === 0 || runs.length !== 2 || runs[0] !== 0
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
    if (!isWindow(of) && !C)
      return [
        {
          id: 'the width',
          value: W,
          says: 'That is how wide the window is; the question is the first key of all that is read.',
        },
        ...(start > first
          ? [
              {
                id: 'where the window begins',
                value: start,
                says: `There the window begins; before it, the query reads ${tokensOf(clip(runs, 0, start))} too.`,
              },
            ]
          : []),
      ];
    const mistakes: Mistake[] = [
      {
        id: 'the width',
        value: W,
        says: 'That is how wide the window is; the question is where it begins.',
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
        says: 'That is the window; here it is extended to a chunk boundary.',
      });
    return mistakes;
  },
  because(asked) {
    const { of, window: W, chunk: C } = layerOf(asked);
    const runs = runsOf(asked);
    if (runs.length === 0) return 'the query reads nothing';
    if (!patterns.get(of.pattern).firstKey)
      return `the query reads ${tokensOf(runs)}, and ${runs[0]} is the first`;
    if (W === undefined) return 'a global layer begins at key 0';
    const start = asked.query - W + 1;
    const begins = `${asked.query} − ${W} + 1 = ${String(start).replace('-', '−')}`;
    if (start <= 0) return `${begins}, so the window begins at the first token, key 0`;
    return C ? `${begins}, rounded down to a multiple of ${C}: ${firstOf(asked)}` : begins;
  },
});
