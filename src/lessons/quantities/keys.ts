import { readsOf } from '../../attention/reads';
import type { PatternSpec } from '../../attention/pattern';
import { count, has } from '../../attention/runs';
import { listOf } from '../pictures/words';
import { defineQuantity, layerOf, resized, sayLayer, type Mistake, type Of } from '../quantity';
import { isWindow } from '../traits';

/** How many keys one query reads in one layer. */
const keysOf = (of: Of, layer: PatternSpec = layerOf(of).of) => readsOf(layer, of.query, of.T);

/** Keys one query reads in one layer, summaries included. */
export default defineQuantity({
  id: 'keys',
  label: 'Keys the query reads',
  unit: 'keys',
  needs: ['layer', 'query'],
  value: (of) => keysOf(of).keys,
  mistakes(of) {
    const { query, T } = of;
    const { of: layer, window: W } = layerOf(of);
    const { exact: tokens, summaries, chunk, keys } = keysOf(of);
    const exact = count(tokens);
    const first = tokens[0] ?? 0;
    const withWindow = (window: number) => keysOf(of, resized(layer, window)).keys;
    const mistakes: Mistake[] = [];
    if (has(tokens, query))
      mistakes.push({
        id: 'without itself',
        value: keys - 1,
        says: 'A token reads itself too.',
      });
    if (query < T - 1 && (tokens.at(-1) ?? 0) <= query + 1)
      mistakes.push({
        id: 'every token',
        value: T,
        says: 'That is every token; those after the query may not be read.',
      });
    if (W === undefined) return mistakes;
    // Listed first: if there are summaries, readers forget them more often than they misread the window.
    if (summaries > 0)
      mistakes.push(
        {
          id: 'without summaries',
          value: exact,
          says: 'Those are the tokens read exactly; the summaries are keys too.',
        },
        {
          id: 'summaries alone',
          value: summaries,
          says: 'Those are the summaries; the window is read as well.',
        },
      );
    mistakes.push({
      id: 'window too wide',
      value: withWindow(W + 1),
      says: `The window of ${W} counts the token itself.`,
    });
    if (W > 1)
      mistakes.push({
        id: 'window too narrow',
        value: withWindow(W - 1),
        says: `The window of ${W} counts the token itself: itself and ${W - 1} before.`,
      });
    if (exact < query + 1)
      mistakes.push({
        id: 'as if global',
        value: query + 1,
        says: `That is a global layer. This one reads ${
          chunk > 0
            ? `tokens 0 to ${first - 1} through summaries, and a summary of ${chunk} is one key`
            : isWindow(layer)
              ? `no further back than its window of ${W}`
              : sayLayer(layer)
        }.`,
      });
    if (tokens.length > 2)
      mistakes.push({
        id: 'as if local',
        value: Math.min(W, query + 1),
        says: `Those are the tokens of its window alone; this layer reads ${sayLayer(layer)}.`,
      });
    if (chunk > 0 && query + 1 - W > first)
      mistakes.push({
        id: 'window not rounded out',
        value: W + Math.floor((query + 1 - W) / chunk),
        says: 'The window is extended to a chunk boundary, so that no token is read twice and none is lost.',
      });
    return mistakes;
  },
  because(of) {
    const { exact, summaries, chunk, keys } = keysOf(of);
    if (keys === 0) return 'this query reads nothing: 0';
    const list = exact.length === 2 ? `${exact[0]} to ${exact[1]! - 1}` : listOf(exact);
    const read = count(exact);
    return chunk > 0 && summaries > 0
      ? `it reads ${read} ${read === 1 ? 'token' : 'tokens'} exactly (${list}) and ${summaries} ${summaries === 1 ? 'summary' : 'summaries'} of ${chunk} tokens, ${keys} keys in all`
      : `it reads ${read === 1 ? 'token' : 'tokens'} ${list}, ${read} in all`;
  },
});
