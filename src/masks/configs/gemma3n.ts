import { defineRule, sharedBy } from '../family';

/**
 * The last layers read the keys and values of the last earlier layer of their type that keeps its own, and keep none.
 */
export default defineRule({
  id: 'gemma3n',
  label: 'Gemma 3n',
  order: 11,
  modelTypes: ['gemma3n_text'],
  source: 'Hugging Face transformers, models/gemma3n',
  layer: (asked, _, at, types) => sharedBy(asked, at, types),
});
