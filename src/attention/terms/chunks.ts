import { run } from '../runs';
import { TOKENS } from '../tokens';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'chunks',
  label: 'Chunks to the left',
  order: 3.5,
  summary: 'Tokens of the query’s own chunk of C and of the n chunks before it (streaming speech).',
  words: ([size, left], ofKey) =>
    ofKey
      ? `the chunk of ${size} and ${left} before it`
      : `its chunk of ${size} and ${left} before it`,
  params: [
    { ...TOKENS, label: 'C', initial: 4 },
    { ...TOKENS, label: 'n', min: 0, initial: 1 },
  ],
  period: ([size]) => size!,
  extent: ([size, left]) => size! * (left! + 1),
  row(position, keys, [size, left]) {
    const start = position - (position % size!);
    return run(Math.max(0, start - left! * size!), Math.min(keys, start + size!));
  },
  python: ([C, left]) =>
    `(kv_idx // ${C} <= q_idx // ${C}) & (kv_idx // ${C} + ${left} >= q_idx // ${C})`,
});
