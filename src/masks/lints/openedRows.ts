import { positionOf } from '../../attention/mask';
import { NONE, run, sayRuns, union } from '../../attention/runs';
import { eachLayer } from '../measure';
import { openedRows } from '../repaired';
import { defineLint } from '../subject';

/**
 * Not a fault, but easily taken for one: padding seems to read the future. Only for files: anyone who opens rows by
 * hand means to.
 */
export default defineLint({
  id: 'L22',
  order: 22,
  label: 'Opened padding',
  summary:
    'Rows of padding that would read nothing were opened, so that softmax has something to divide by: to every key, or to themselves.',
  thread: 'https://github.com/huggingface/transformers/pull/26572',
  everyRow: true,
  check(subject) {
    if (subject.reading === undefined) return [];
    return eachLayer(subject, (mask) => {
      const found = openedRows(mask, subject.declared);
      if (!found || found.readers > 0) return undefined;
      const { to, queries } = found;
      const which = sayRuns(queries.reduce((all, q) => union(all, run(q, q + 1)), NONE));
      const one = queries.length === 1;
      return {
        note: true,
        cell: { query: queries[0]!, key: positionOf(mask, queries[0]!) },
        what:
          to === 'everything'
            ? `The rows of padding read everything, as transformers repairs rows that would read nothing: ${one ? 'query' : 'queries'} ${which}.`
            : `The rows of padding read only themselves, so that none reads nothing: ${one ? 'query' : 'queries'} ${which}.`,
        consequence:
          'No query of the text reads a token of padding, so what these rows give reaches nothing; without this, softmax would divide 0 by 0 there.',
        fix: 'Leave it as it is, and keep the outputs of these rows out of the loss.',
      };
    });
  },
});
