import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'window',
  label: 'Window',
  order: 1,
  summary:
    'The last W tokens, the query itself included. It does not block later tokens; causal does.',
  words: ([window], ofKey) => (ofKey ? `the window of ${window}` : `its window of ${window}`),
  params: [{ ...TOKENS, label: 'W', initial: 4, explain: (W) => `itself + ${W - 1} before` }],
  row: (position, keys, [window]) => run(Math.max(0, position - window! + 1), keys),
  python: ([W]) => `q_idx - kv_idx < ${W}`,
});
