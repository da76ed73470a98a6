import { count, has } from '../../attention/runs';
import { eachLayer, realOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Subject } from '../subject';

export default defineLint({
  id: 'L1',
  order: 1,
  label: 'Dead rows',
  summary: 'A query that may read no key: softmax has nothing to divide by.',
  thread: 'https://github.com/pytorch/pytorch/issues/103749',
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const real = realOf(subject.declared, mask.keys);
      let [dead, text, first] = [0, 0, -1];
      for (let q = mask.queries - 1; q >= 0; q--) {
        if (count(mask.row(q)) > 0) continue;
        dead++;
        // There may be many rows of padding; prefer to point at a row of the text.
        if (has(real, positionOf(mask, q))) [text, first] = [text + 1, q];
        else if (text === 0) first = q;
      }
      if (dead === 0) return undefined;
      const cell = { query: first, key: Math.min(mask.keys - 1, positionOf(mask, first)) };
      if (text === 0 && (subject.ran || subject.implied || isIntended(subject, layer)))
        return {
          note: true,
          cell,
          what:
            dead === 1
              ? `Query ${first}, which is padding, reads no key.`
              : `${dead} of ${mask.queries} queries, all of them padding, read no key; query ${first} is the first.`,
          consequence: subject.implied
            ? 'In a mask made of these numbers, softmax would divide 0 by 0 in such rows; libraries let them read something.'
            : 'A kernel gives such a row zeros, the mean of all values, or NaN. The first two do no harm, as long as no token of the text reads padding.',
          fix: 'Leave these rows out of the loss.',
        };
      return {
        cell,
        what:
          dead === 1
            ? `Query ${first} may read no key.`
            : `${dead} of ${mask.queries} queries may read no key; query ${first} is the first${text > 0 && text < dead ? ' that is not padding' : ''}.`,
        consequence:
          'Softmax divides 0 by 0: with -inf the output is NaN and spreads from layer to layer, some kernels write zeros, and a finite fill gives the mean of all values.',
        fix: 'Let every query read at least itself, padding too, or set the output of these rows to 0 and leave them out of the loss.',
      };
    }),
});

/** Whether the user expects the same rows to read nothing. */
function isIntended({ intended, masks, meant }: Subject, layer: number): boolean {
  const [own, other] = [masks[layer]!, meant?.[layer]];
  if (!intended || other?.queries !== own.queries) return false;
  return Array.from({ length: own.queries }, (_, q) => q).every(
    (q) => own.row(q).length > 0 || other.row(q).length === 0,
  );
}
