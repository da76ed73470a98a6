import { patterns } from '../../attention/registry';
import type { PatternSpec } from '../../attention/pattern';
import { defineQuantity, layerOf, resized, type Mistake, type Of } from '../quantity';

/** Keys one query reads in one layer, summaries included. */
function keysOf(of: Of, { pattern, params }: PatternSpec = layerOf(of).of) {
  const { query } = of;
  const rule = patterns.get(pattern);
  const first = rule.firstKey(query, params);
  const chunk = rule.chunk(params);
  return {
    exact: query - first + 1,
    summaries: chunk > 0 ? first / chunk : 0,
    first,
    chunk,
    window: params['window'],
  };
}

export default defineQuantity({
  id: 'keys',
  label: 'Keys the query reads',
  unit: 'keys',
  needs: ['layer', 'query'],
  value(of) {
    const { exact, summaries } = keysOf(of);
    return exact + summaries;
  },
  mistakes(of) {
    const { query, T } = of;
    const { of: layer, window: W } = layerOf(of);
    const { exact, summaries, first, chunk } = keysOf(of);
    const withWindow = (window: number) => {
      const keys = keysOf(of, resized(layer, window));
      return keys.exact + keys.summaries;
    };
    const mistakes: Mistake[] = [
      { id: 'without itself', value: exact + summaries - 1, says: 'A token reads itself too.' },
    ];
    if (query < T - 1)
      mistakes.push({
        id: 'every token',
        value: T,
        says: 'That is every token; those after the query may not be read.',
      });
    if (W === undefined) return mistakes;
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
    if (first > 0)
      mistakes.push({
        id: 'as if global',
        value: query + 1,
        says:
          chunk > 0
            ? `That is a global layer. This one reads tokens 0 to ${first - 1} through summaries, and a summary of ${chunk} is one key.`
            : `That is a global layer. This one reads no further back than its window of ${W}.`,
      });
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
    if (chunk > 0 && query + 1 - W > first)
      mistakes.push({
        id: 'window not rounded out',
        value: W + Math.floor((query + 1 - W) / chunk),
        says: 'The window is rounded out to the border of a chunk, so that no token is read twice and none is lost.',
      });
    return mistakes;
  },
  because(of) {
    const { exact, summaries, first, chunk } = keysOf(of);
    const tokens = `tokens ${first} to ${of.query}: ${exact}`;
    return chunk > 0 && summaries > 0
      ? `${tokens}, and ${summaries} summaries of ${chunk}: ${exact + summaries}`
      : tokens;
  },
});
