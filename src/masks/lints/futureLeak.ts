import { count, minus, run, union } from '../../attention/runs';
import { eachLayer, spanOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

/** By the term of what is read in both directions. */
const FIX = {
  span: 'Let a query read no key after its own position but those of its own span: causal | span, not causal alone, which would cut the spans.',
  prefix:
    'Let a query read no key after its own position but those of its own prefix: causal | prefix, not causal alone, which would cut the prefix.',
  chunk:
    'Let a query read no key after its own position but those of its own chunk: causal | chunk, not causal alone, which would cut the chunks.',
  documents:
    'Let a query read no key after its own position but those of its own document: causal | documents, not causal alone, which would cut the documents.',
} as const;

function sayLeak(query: number, key: number, more: number): string {
  if (more === 0) return `Query ${query} can read key ${key}, which lies in its future.`;
  return more === 1
    ? `Query ${query} can read key ${key}, which lies in its future; so does 1 more cell.`
    : `Query ${query} can read key ${key}, which lies in its future; so do ${more} more cells.`;
}

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
            what: sayLeak(first.query, first.key, cells - 1),
            consequence:
              'The model copies the answer while it trains: the loss is too good, and what it writes by itself is poor.',
            fix: subject.declared.spans
              ? FIX[kind]
              : 'Intersect the mask with causal: a query reads no key after its own position.',
            explains: ['L4'],
          };
        })
      : [];
  },
});
