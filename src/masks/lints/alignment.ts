import { endsAtItsNumber, eachLayer } from '../measure';
import { defineLint } from '../subject';

export default defineLint({
  id: 'L7',
  order: 7,
  label: 'Alignment',
  summary:
    'With fewer queries than keys, a triangle aligned at the top left instead of the bottom right.',
  thread: 'https://github.com/pytorch/pytorch/issues/103082',
  check: (subject) =>
    subject.declared.causal
      ? eachLayer(subject, (mask) => {
          const { queries, keys } = mask;
          if (!endsAtItsNumber(mask)) return undefined;
          const query = queries - 1;
          return {
            cell: { query, key: keys - 1 },
            what: `Query ${query}, the last of ${queries}, ends at key ${query} although there are ${keys} keys and it is at key ${keys - 1}.`,
            consequence: `While a cache is read, the new token does not see the ${keys - queries} newest keys, its own among them.`,
            fix: `Align at the bottom right: query i is at position ${keys - queries} + i.`,
            explains: ['L1', 'L2', 'L5', 'L9', 'L10', 'L11', 'L12', 'L13', 'L15'],
          };
        })
      : [],
});
