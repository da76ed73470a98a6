import { defineFamily, GLOBAL } from '../family';

export default defineFamily({
  id: 'llama',
  label: 'Llama',
  order: 0,
  modelTypes: ['llama'],
  source: 'Hugging Face transformers, models/llama',
  read: (_, layers) => ({
    layers: Array.from({ length: layers }, () => GLOBAL),
    convention: 'Llama has no window: every layer reads everything before',
    notes: [],
  }),
});
