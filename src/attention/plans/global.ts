import { definePlan } from '../plan';
import { patternSpec } from '../registry';

export default definePlan({
  id: 'global',
  label: 'Global',
  order: 0,
  summary: 'Every layer reads everything: the cost grows with the square of the context.',
  source: 'Song et al. 2023, arXiv:2312.08618, Fig. 1a',
  params: {},
  reads: ['layers'],
  expand: ({ layers }) => Array.from({ length: layers }, () => patternSpec('global', {})),
});
