import { clip, count, differ, equal, run } from '../../attention/runs';
import { eachLayer } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

export default defineLint({
  id: 'L19',
  order: 19,
  label: 'Overruled mask',
  summary:
    'A mask is given and is_causal is set as well: several attention calls then take the triangle, and never look at the mask.',
  thread: 'https://github.com/pytorch/pytorch/pull/187413',
  check: (subject) =>
    subject.isCausal
      ? eachLayer(subject, (mask) => {
          let cells = 0;
          let first: { query: number; key: number } | undefined;
          for (let query = 0; query < mask.queries; query++) {
            const triangle = clip(run(0, positionOf(mask, query) + 1), 0, mask.keys);
            const row = mask.row(query);
            if (equal(row, triangle)) continue;
            const other = differ(row, triangle);
            first ??= { query, key: other[0]! };
            cells += count(other);
          }
          if (!first) return undefined;
          return {
            cell: first,
            what: `With is_causal the triangle is used, and ${cells} ${cells === 1 ? 'cell of this mask differs' : 'cells of this mask differ'} from it, first query ${first.query}, key ${first.key}.`,
            consequence:
              'The mask is ignored silently, or refused, depending on the call: windows, documents and padding in it have no effect.',
            fix: 'Pass either the mask, with the triangle in it, or is_causal; never both.',
          };
        })
      : [],
});
