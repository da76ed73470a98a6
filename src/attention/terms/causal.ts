import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'causal',
  label: 'Causal',
  order: 0,
  summary: 'No later tokens: only the query itself and everything before it.',
  words: () => 'the tokens up to itself',
  params: [],
  row: (position, keys) => run(0, Math.min(keys, position + 1)),
  python: () => 'kv_idx <= q_idx',
});
