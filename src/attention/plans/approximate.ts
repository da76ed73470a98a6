import { CHUNK, WINDOW } from '../params';
import { definePlan } from '../plan';
import { patternSpec } from '../registry';

export default definePlan({
  id: 'approximate',
  label: 'Approximate',
  order: 2,
  summary:
    'Every layer reads a window, and the rest as chunk averages (our reconstruction of LGA).',
  source: 'Our reconstruction after Song et al. 2023, arXiv:2312.08618, Fig. 1c',
  params: { window: WINDOW, chunk: CHUNK },
  reads: ['layers', 'window', 'chunk'],
  expand: ({ layers, window, chunk }) =>
    Array.from({ length: layers }, () => patternSpec('approximate', { window, chunk })),
});
