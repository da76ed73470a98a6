import { COUNTS_ITSELF, defineFamily, slidingLayers } from '../family';

export default defineFamily({
  id: 'gpt-oss',
  label: 'gpt-oss',
  order: 4,
  modelTypes: ['gpt_oss'],
  source: 'gpt-oss model card, arXiv:2508.10925; local, global, local, …',
  read(fields, layers) {
    const reading = slidingLayers(fields, layers, { otherwise: 2 });
    return {
      ...reading,
      convention: COUNTS_ITSELF,
      notes: [
        ...reading.notes,
        'each head has a learned sink in its softmax besides; it is no token, and no mask shows it',
      ],
    };
  },
});
