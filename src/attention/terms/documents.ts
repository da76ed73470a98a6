import { run } from '../runs';
import { TOKENS } from '../tokens';
import { ALWAYS, defineTerm, inOrder } from '../term';

export default defineTerm({
  id: 'documents',
  label: 'Documents',
  order: 5,
  summary:
    'Only the query’s own document; the numbers are the positions at which further documents begin (packing).',
  words: (_, ofKey) => (ofKey ? 'the query’s own document' : 'its own document'),
  params: [],
  rest: { ...TOKENS, label: 'begins at', min: 1, initial: 8 },
  row(position, keys, begins) {
    let [from, to] = [0, keys];
    for (const at of begins) {
      if (at <= position) from = Math.max(from, at);
      else to = Math.min(to, at);
    }
    return run(from, to);
  },
  // Same document = same side of every boundary.
  python: (begins) =>
    inOrder(begins)
      .map((at) => `((q_idx >= ${at}) == (kv_idx >= ${at}))`)
      .join(' & ') || ALWAYS,
});
