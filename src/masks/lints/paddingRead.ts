import { intersect, minus, run, sayRuns } from '../../attention/runs';
import { eachLayer, realOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

export default defineLint({
  id: 'L17',
  order: 17,
  label: 'Padding is read',
  summary:
    'A query of the text reads tokens of padding before it: a batch padded on the left, and a mask without the padding.',
  thread: 'https://github.com/ml-explore/mlx-lm/issues/1906',
  check: (subject) => {
    const { declared } = subject;
    const { start } = declared;
    if (!start) return [];
    return eachLayer(subject, (mask) => {
      const real = realOf(declared, mask.keys);
      let [queries, first] = [0, undefined as { query: number; key: number } | undefined];
      let all = 0;
      for (let query = 0; query < mask.queries; query++) {
        if (intersect(run(positionOf(mask, query), positionOf(mask, query) + 1), real).length === 0)
          continue;
        all++;
        const read = intersect(mask.row(query), run(0, start));
        if (read.length === 0) continue;
        queries++;
        first ??= { query, key: read[0]! };
      }
      if (!first) return undefined;
      const padding = intersect(mask.row(first.query), run(0, start));
      const text = minus(real, run(0, start));
      return {
        cell: first,
        what: `Query ${first.query}, of the text ${sayRuns(text)}, reads padding: key ${sayRuns(padding)}${queries > 1 ? `; ${queries} of ${all} queries of the text do` : ''}.`,
        consequence:
          'Padding takes a share of the attention, so a text gets a different answer in a batch than alone.',
        fix: `Block keys before ${start} for every query, in decoding steps too.`,
        explains: ['L5', 'L9', 'L12'],
      };
    });
  },
});
