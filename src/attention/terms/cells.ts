import { run } from '../runs';
import { defineTerm } from '../term';
import { TOKENS } from '../tokens';

const place = (label: string, initial: number) => ({ ...TOKENS, min: 0, label, initial });

export default defineTerm({
  id: 'cells',
  label: 'Cells',
  order: 11,
  summary:
    'One rectangle: keys of queries a to b, from key c to key d, all of them included. Painted cells are written this way.',
  words: ([a, b, c, d]) => `the keys ${c} to ${d} of queries ${a} to ${b}`,
  params: [place('a', 8), place('b', 11), place('c', 0), place('d', 3)],
  row: (position, keys, [a, b, c, d]) =>
    position >= a! && position <= b! ? run(Math.min(keys, c!), Math.min(keys, d! + 1)) : [],
  python: ([a, b, c, d]) =>
    `(q_idx >= ${a}) & (q_idx <= ${b}) & (kv_idx >= ${c}) & (kv_idx <= ${d})`,
});
