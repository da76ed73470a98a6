import { border } from '../border';
import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'summaries',
  label: 'Through summaries',
  order: 10,
  summary:
    'Tokens an approximate layer reads only as averages of whole chunks before its window (our reconstruction of LGA).',
  words: ([, chunk], ofKey) =>
    ofKey
      ? `the summaries of ${chunk} before the window`
      : `the summaries of ${chunk} before its window`,
  params: [
    { ...TOKENS, label: 'W', initial: 4 },
    { ...TOKENS, label: 'C', initial: 4 },
  ],
  period: ([, chunk]) => chunk!,
  row: (position, _, [window, chunk]) => run(0, border(position, window!, chunk!)),
  // As in `exact`: a border below 0 has nothing before it.
  python: ([W, C]) => `kv_idx < (q_idx - ${W! - 1}) // ${C} * ${C}`,
});
