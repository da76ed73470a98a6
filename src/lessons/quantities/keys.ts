import { patterns } from '../../attention/registry';
import { layersOf } from '../../spec/run';
import { defineQuantity, type Of } from '../quantity';

/** Keys one query reads in one layer, summaries included. */
function keysOf({ spec, layer, query }: Of) {
  const { pattern, params } = layersOf(spec)[layer]!;
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
  roads(of) {
    const { exact, summaries, window, chunk } = keysOf(of);
    const { query, T } = of;
    return [
      { value: query, says: 'A token reads itself too.' },
      { value: T, says: 'That is every token; those after the query may not be read.' },
      ...(window === undefined
        ? []
        : [
            { value: window + 1, says: `The window of ${window} counts the token itself.` },
            {
              value: window - 1,
              says: `The window of ${window} counts the token itself: itself and ${window - 1} before.`,
            },
            {
              value: query + 1,
              says: `That is a global layer. This one reads no further back than its window of ${window}.`,
            },
          ]),
      ...(chunk > 0
        ? [
            {
              value: exact,
              says: 'Those are the tokens read exactly; the summaries are keys too.',
            },
            { value: summaries, says: 'Those are the summaries; the window is read as well.' },
            {
              value: window! + Math.floor((query + 1 - window!) / chunk),
              says: 'The window is rounded out to the border of a chunk, so that no token is read twice and none is lost.',
            },
          ]
        : []),
    ];
  },
  because(of) {
    const { exact, summaries, first, chunk } = keysOf(of);
    const tokens = `tokens ${first} to ${of.query}: ${exact}`;
    return chunk > 0 && summaries > 0
      ? `${tokens}, and ${summaries} summaries of ${chunk}: ${exact + summaries}`
      : tokens;
  },
});
