import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'chunk',
  label: 'Chunk',
  order: 3,
  summary: 'Tokens of the query’s own chunk of C (blocked local attention, Llama 4).',
  words: ([size], ofKey) => (ofKey ? `the chunk of ${size}` : `its chunk of ${size}`),
  params: [{ ...TOKENS, label: 'C', initial: 4 }],
  period: ([size]) => size!,
  row(position, keys, [size]) {
    const start = position - (position % size!);
    return run(start, Math.min(keys, start + size!));
  },
  python: ([C]) => `q_idx // ${C} == kv_idx // ${C}`,
});
