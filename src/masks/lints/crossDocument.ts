import { count, minus, run, sayRuns, union } from '../../attention/runs';
import { documentOf, eachLayer, keptOf, spanOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

export default defineLint({
  id: 'L12',
  order: 12,
  label: 'Documents leak',
  summary: 'A query that reads another document packed into the same sequence.',
  thread: 'https://github.com/huggingface/nanoVLM/issues/204',
  check: (subject) =>
    subject.declared.documents?.length
      ? eachLayer(subject, (mask) => {
          const { declared } = subject;
          const kept = keptOf(declared);
          let cells = 0;
          let first: { query: number; key: number } | undefined;
          for (let q = 0; q < mask.queries; q++) {
            const position = positionOf(mask, q);
            if (declared.kept?.includes(position)) continue;
            const own = union(documentOf(declared, position, mask.keys), kept);
            let other = minus(minus(mask.row(q), own), spanOf(declared, position));
            // A future key in a causal mask has another cause, and is reported by another lint.
            if (declared.causal) other = minus(other, run(position + 1, mask.keys));
            if (other.length === 0) continue;
            first ??= { query: q, key: other[0]! };
            cells += count(other);
          }
          if (!first) return undefined;
          const position = positionOf(mask, first.query);
          const own = documentOf(declared, position, mask.keys);
          return {
            cell: first,
            what: `Query ${first.query} of the document ${sayRuns(own)} reads key ${first.key} of another${cells > 1 ? `; so do ${cells - 1} more cells` : ''}.`,
            consequence:
              'Texts that have nothing to do with each other are read as one, and starting positions at 0 again does not part them.',
            fix: 'Intersect the mask with documents: query and key must be of the same one.',
          };
        })
      : [],
});
