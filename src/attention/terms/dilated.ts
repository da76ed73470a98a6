import { TOKENS } from '../tokens';
import { defineTerm } from '../term';

export default defineTerm({
  id: 'dilated',
  label: 'Dilated',
  order: 7,
  summary: 'Every step-th token before and after the query (Sparse Transformer, Longformer).',
  words: ([step], ofKey) => (ofKey ? `the grid of step ${step}` : `its grid of step ${step}`),
  params: [{ ...TOKENS, label: 'step', initial: 2 }],
  period: ([step]) => step!,
  row(position, keys, [step]) {
    if (step === 1) return [0, keys];
    const runs: number[] = [];
    for (let key = position % step!; key < keys; key += step!) runs.push(key, key + 1);
    return runs;
  },
  python: ([step]) => `(q_idx - kv_idx) % ${step} == 0`,
});
