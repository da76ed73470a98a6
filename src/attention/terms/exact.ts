import { border } from '../border';
import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'exact',
  label: 'Window to a chunk border',
  order: 9,
  summary:
    'The window of W, extended to a chunk boundary: what an approximate layer reads token by token (our reconstruction of LGA).',
  words: ([window, chunk], ofKey) =>
    ofKey
      ? `the window of ${window}, extended to a boundary of chunks of ${chunk}`
      : `its window of ${window}, extended to a boundary of chunks of ${chunk}`,
  params: [
    { ...TOKENS, label: 'W', initial: 4 },
    { ...TOKENS, label: 'C', initial: 4 },
  ],
  period: ([, chunk]) => chunk!,
  row: (position, keys, [window, chunk]) => run(border(position, window!, chunk!), keys),
  // The border C floor((q - W + 1) / C) is below 0 if the window reaches the start.
  python: ([W, C]) => `kv_idx >= (q_idx - ${W! - 1}) // ${C} * ${C}`,
});
