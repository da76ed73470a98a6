import { run, union, type Runs } from '../runs';
import { TOKENS } from '../tokens';
import { defineTerm, inOrder, NEVER } from '../term';

export default defineTerm({
  id: 'global',
  label: 'Global tokens',
  order: 8,
  summary: 'These tokens are read by every token and read every token (Longformer, BigBird).',
  words: (tokens) =>
    tokens.length === 1
      ? `the global token ${tokens[0]}`
      : `the global tokens ${tokens.join(', ')}`,
  params: [],
  bracketed: true, // 'global' is the pattern of a layer that reads all before it
  rest: { ...TOKENS, label: 'token', min: 0, initial: 0 },
  row: (position, keys, tokens) =>
    tokens.includes(position)
      ? run(0, keys)
      : tokens
          .filter((key) => key < keys)
          .reduce<Runs>((runs, key) => union(runs, run(key, key + 1)), []),
  python: (tokens) =>
    inOrder(tokens)
      .map((token) => `(q_idx == ${token}) | (kv_idx == ${token})`)
      .join(' | ') || NEVER,
});
