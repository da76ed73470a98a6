import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'padding',
  label: 'Padding',
  order: 6,
  blocks: true,
  summary:
    'The padded tokens: the first `left` and the last `right`. Write !padding(…) to block them.',
  words: () => 'the padding',
  params: [
    { ...TOKENS, label: 'left', min: 0, initial: 2 },
    { ...TOKENS, label: 'right', min: 0, initial: 0 },
  ],
  row(_, keys, [left, right]) {
    const [a, b] = [Math.min(keys, left!), Math.max(0, keys - right!)];
    return a >= b ? run(0, keys) : [...run(0, a), ...run(b, keys)];
  },
  python: ([left, right]) => `(kv_idx < ${left}) | (kv_idx >= T - ${right})`,
});
