import { COUNTS_ITSELF, defineFamily, slidingLayers } from '../family';

export default defineFamily({
  id: 'olmo3',
  label: 'Olmo 3',
  order: 8,
  modelTypes: ['olmo3'],
  source:
    'Olmo 3 report; Hugging Face transformers, models/olmo3; three local layers, then a global one',
  read: (fields, layers) => ({
    ...slidingLayers(fields, layers, { otherwise: 4 }),
    convention: COUNTS_ITSELF,
  }),
});
