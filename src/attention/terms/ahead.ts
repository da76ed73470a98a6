import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'ahead',
  label: 'Ahead',
  order: 1.5,
  blocks: true,
  summary:
    'Tokens W or more after the query. Write window(W) & !ahead(W) for a window to both sides.',
  words: ([window]) => `the tokens ${window} or more ahead`,
  params: [{ ...TOKENS, label: 'W', initial: 4, explain: (W) => `${W} and more after it` }],
  row: (position, keys, [window]) => run(Math.min(keys, position + window!), keys),
  python: ([W]) => `kv_idx - q_idx >= ${W}`,
});
