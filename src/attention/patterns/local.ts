import { and, term } from '../expression';
import { WINDOW } from '../params';
import { definePattern } from '../pattern';

/** Each token reads the last `window` tokens, itself included: itself and `window - 1` before it. */
export default definePattern({
  id: 'local',
  letter: 'S',
  label: 'Local',
  order: 1,
  summary: 'Each token reads its window: itself and the tokens just before it.',
  source:
    'Song et al. 2023, arXiv:2312.08618, Fig. 1b; the window is counted as in Hugging Face configs',
  params: { window: WINDOW },

  expression: ({ window }) => and(term('causal'), term('window', window!)),
  firstKey: (q, { window }) => Math.max(0, q - window! + 1),

  // The first `window` rows are 1, 2, … window keys wide; the rest are all `window` wide.
  visiblePairs(T, { window }) {
    const short = Math.min(T, window!);
    return (short * (short + 1)) / 2 + (T - short) * window!;
  },

  cachedKeys: (T, { window }) => Math.min(T, window!),
});
