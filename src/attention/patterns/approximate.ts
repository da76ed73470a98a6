import { border } from '../border';
import { and, or, term } from '../expression';
import { CHUNK, WINDOW } from '../params';
import { definePattern } from '../pattern';

/**
 * Local attention with a global approximation (LGA). Our reconstruction: the paper's formula was not available.
 *
 * The window is rounded out to a chunk border s(q), so that nothing is read twice and nothing is
 * left out; every chunk before s(q) is complete, so no summary holds a token of the future.
 */
export default definePattern({
  id: 'approximate',
  letter: 'A',
  label: 'Approximate',
  order: 2,
  summary:
    'Each token reads its window token by token; the window is extended back to a chunk boundary. It reads everything before that as one average per chunk (our reconstruction).',
  source:
    'Our reconstruction of the local attention with global approximation of Song et al. 2023, arXiv:2312.08618, Fig. 1c; its formula was not available',
  params: { window: WINDOW, chunk: CHUNK },

  expression: ({ window, chunk }) =>
    and(term('causal'), or(term('exact', window!, chunk!), term('summaries', window!, chunk!))),
  firstKey: (q, params) => border(q, params.window!, params.chunk!),
  chunk: ({ chunk }) => chunk!,

  // Row q reads q + 1 - s(q) tokens and s(q) / C summaries, so each row saves (C - 1) s(q) / C pairs
  // against global attention; s(q) / C = floor(u / C) for u = q - W + 1 = 0, 1, … n - 1.
  visiblePairs(T, { window, chunk }) {
    const n = Math.max(0, T - window! + 1);
    const full = Math.floor(n / chunk!);
    const summaries = (chunk! * full * (full - 1)) / 2 + (n % chunk!) * full;
    return (T * (T + 1)) / 2 - (chunk! - 1) * summaries;
  },

  cachedKeys(T, { window, chunk }) {
    if (T === 0) return 0;
    const s = border(T - 1, window!, chunk!);
    return T - s + s / chunk!;
  },
});
