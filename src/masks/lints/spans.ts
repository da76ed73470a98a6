import { has, intersect, minus, run } from '../../attention/runs';
import { eachLayer, realOf, windowOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint } from '../subject';

const KINDS = {
  span: {
    own: 'of its own span',
    part: 'Parts of one image',
    unite: 'Unite the mask with the span',
  },
  prefix: {
    own: 'of its own prefix',
    part: 'Parts of one prefix',
    unite: 'Unite the mask with the prefix',
  },
  chunk: {
    own: 'of its own chunk',
    part: 'Parts of one chunk',
    unite: 'Unite the mask with the chunk',
  },
  documents: {
    own: 'of its own document',
    part: 'Parts of one document',
    unite: 'Unite the mask with the document',
  },
} as const;

export default defineLint({
  id: 'L15',
  order: 15,
  label: 'Cut spans',
  summary:
    'An image, or a prefix, whose tokens should all read one another, and a window or the triangle cuts it.',
  thread: 'https://github.com/huggingface/transformers/issues/46850',
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const { spansAre: kind = 'span' } = subject.declared;
      const { own, part, unite } = KINDS[kind];
      const real = realOf(subject.declared, mask.keys);
      for (const [from, to] of subject.declared.spans ?? [])
        for (let q = 0; q < mask.queries; q++) {
          const position = positionOf(mask, q);
          if (position < from || position >= to || !has(real, position)) continue;
          const missing = minus(intersect(run(from, to), real), mask.row(q));
          if (missing.length === 0) continue;
          const key = missing[0]!;
          const window = windowOf(subject.declared, layer);
          const cut =
            key > position
              ? 'the triangle'
              : window !== undefined && position - key >= window
                ? `the window of ${window}`
                : 'the mask';
          return {
            cell: { query: q, key },
            what: `Query ${q} does not read key ${key} ${own}, ${from} to ${to - 1}: ${cut} cuts it.`,
            consequence: `${part} cannot see one another in this layer, although the model was trained to read it as a whole.`,
            fix: `${unite} after window and triangle were applied, not before.`,
          };
        }
      return undefined;
    }),
});
