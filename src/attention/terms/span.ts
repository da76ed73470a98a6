import { run } from '../runs';
import { TOKENS } from '../tokens';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'span',
  label: 'Span',
  order: 4.5,
  summary:
    'The tokens from one to another read one another in both directions (an image in a text).',
  words: ([from, to]) => `the span ${from} to ${to}`,
  params: [
    { ...TOKENS, label: 'from', min: 0, initial: 2 },
    { ...TOKENS, label: 'to', min: 0, initial: 5 },
  ],
  row: (position, keys, [from, to]) =>
    from! <= position && position <= to! ? run(from!, Math.min(keys, to! + 1)) : run(0, 0),
  python: ([from, to]) =>
    `(q_idx >= ${from}) & (q_idx <= ${to}) & (kv_idx >= ${from}) & (kv_idx <= ${to})`,
});
