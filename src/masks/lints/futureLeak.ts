import { count, minus, run, union } from '../../attention/runs';
import { eachLayer, spanOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

/** Names of the spans that are read in both directions, by term. */
const KINDS = {
  span: { one: 'span', many: 'spans' },
  prefix: { one: 'prefix', many: 'prefix' },
  chunk: { one: 'chunk', many: 'chunks' },
  documents: { one: 'document', many: 'documents' },
} as const;

export default defineLint({
  id: 'L3',
  order: 3,
  label: 'Future leak',
  summary: 'A query of a causal mask that reads a key after itself.',
  thread: 'https://github.com/huggingface/transformers/issues/48745',
  check(subject) {
    const { spansAre: kind = 'span' } = subject.declared;
    return subject.declared.causal
      ? eachLayer(subject, (mask) => {
          let cells = 0;
          let first: { query: number; key: number } | undefined;
          for (let q = 0; q < mask.queries; q++) {
            const position = positionOf(mask, q);
            const allowed = union(run(0, position + 1), spanOf(subject.declared, position));
            const future = minus(mask.row(q), allowed);
            if (future.length === 0) continue;
            first ??= { query: q, key: future[0]! };
            cells += count(future);
          }
          if (!first) return undefined;
          return {
            cell: first,
            what: `Query ${first.query} can read key ${first.key}, which lies in its future${cells === 1 ? '' : `; so ${cells === 2 ? 'does 1 more cell' : `do ${cells - 1} more cells`}`}.`,
            consequence:
              'The model copies the answer while it trains: the loss is too good, and what it writes by itself is poor.',
            fix: subject.declared.spans
              ? `Let a query read no key after its own position but those of its own ${KINDS[kind].one}: causal | ${kind}, not causal alone, which would cut the ${KINDS[kind].many}.`
              : 'Intersect the mask with causal: a query reads no key after its own position.',
            explains: ['L4'],
          };
        })
      : [];
  },
});
