import { defineRule } from '../family';

export default defineRule({
  id: 'llama',
  label: 'Llama',
  order: 1,
  modelTypes: ['llama'],
  source: 'Hugging Face transformers, models/llama',
  convention: () => 'Llama has no window: every layer reads everything before',
});
