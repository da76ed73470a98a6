import { patterns } from '../../attention/registry';
import { TOKENS } from '../numbers';
import { run } from '../runs';
import { defineTerm } from '../term';

const { firstKey } = patterns.get('approximate');

export default defineTerm({
  id: 'summaries',
  label: 'Through summaries',
  order: 10,
  summary:
    'Tokens an approximate layer reads only as averages of whole chunks before its window (our reconstruction of LGA).',
  params: [
    { ...TOKENS, label: 'W', initial: 4 },
    { ...TOKENS, label: 'C', initial: 4 },
  ],
  row: (position, _, [window, chunk]) =>
    run(0, firstKey(position, { window: window!, chunk: chunk! })),
});
