import { patterns } from '../../attention/registry';
import { TOKENS } from '../numbers';
import { run } from '../runs';
import { defineTerm } from '../term';

/** The rule is the pattern's own. */
const { firstKey } = patterns.get('approximate');

export default defineTerm({
  id: 'exact',
  label: 'Window to a chunk border',
  order: 9,
  summary:
    'The window of W, rounded out to a border of chunks of C: what an approximate layer reads token by token (our reconstruction of LGA).',
  params: [
    { ...TOKENS, label: 'W', initial: 4 },
    { ...TOKENS, label: 'C', initial: 4 },
  ],
  row: (position, keys, [window, chunk]) =>
    run(firstKey(position, { window: window!, chunk: chunk! }), keys),
});
