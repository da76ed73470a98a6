import { COUNTS_ITSELF, defineFamily, slidingLayers } from '../family';

export default defineFamily({
  id: 'gemma2',
  label: 'Gemma 2',
  order: 2,
  modelTypes: ['gemma2'],
  source: 'Gemma 2 report, arXiv:2408.00118; its layers go local, global, local, …',
  read: (fields, layers) => ({
    ...slidingLayers(fields, layers, { otherwise: 2 }),
    convention: COUNTS_ITSELF,
  }),
});
