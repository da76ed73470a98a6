import { COUNTS_ITSELF, defineFamily, slidingLayers } from '../family';

export default defineFamily({
  id: 'cohere2',
  label: 'Command (Cohere2)',
  order: 7,
  modelTypes: ['cohere2'],
  source: 'Command A report, arXiv:2504.00698; three local layers, then a global one',
  read(fields, layers) {
    const reading = slidingLayers(fields, layers, {
      field: 'sliding_window_pattern',
      otherwise: 4,
    });
    return {
      ...reading,
      convention: COUNTS_ITSELF,
      notes: [
        ...reading.notes,
        'its global layers turn no keys by position (NoPE); the mask is the same',
      ],
    };
  },
});
