import { TOKENS } from '../tokens';
import { run } from '../runs';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'prefix',
  label: 'Prefix',
  order: 4,
  summary: 'The first n tokens read one another in both directions (PrefixLM, PaliGemma).',
  words: ([length]) => `the prefix of ${length}`,
  params: [{ ...TOKENS, label: 'n', initial: 4 }],
  row: (position, keys, [length]) =>
    position < length! ? run(0, Math.min(keys, length!)) : run(0, 0),
  python: ([n]) => `(q_idx < ${n}) & (kv_idx < ${n})`,
});
