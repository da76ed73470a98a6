import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'sink',
  label: 'Sink',
  order: 2,
  summary: 'The first tokens, kept for every query (attention sinks, Xiao et al. 2023).',
  words: ([first]) => (first === 1 ? 'the first token' : `the first ${first} tokens`),
  params: [{ ...TOKENS, label: 'n', initial: 1 }],
  row: (_, keys, [first]) => run(0, Math.min(keys, first!)),
  python: ([n]) => `kv_idx < ${n}`,
});
