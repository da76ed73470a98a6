import { term } from '../expression';
import { definePattern } from '../pattern';

/** Each token reads itself and everything before it. */
export default definePattern({
  id: 'global',
  letter: 'G',
  label: 'Global',
  order: 0,
  summary: 'Each token reads itself and every token before it.',
  source: 'Song et al. 2023, arXiv:2312.08618, Fig. 1a',
  params: {},

  expression: () => term('causal'),
  firstKey: () => 0,

  visiblePairs: (T) => (T * (T + 1)) / 2,
  cachedKeys: (T) => T,
});
