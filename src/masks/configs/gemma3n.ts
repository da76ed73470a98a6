import { defineRule, sharedBy } from '../family';

/** Its last layers read the keys and values of the last layer before them that is of their type, and keep none. */
export default defineRule({
  id: 'gemma3n',
  label: 'Gemma 3n',
  order: 11,
  modelTypes: ['gemma3n_text'],
  source: 'Hugging Face transformers, models/gemma3n',
  layer: (asked, _, at, types) => sharedBy(asked, at, types),
});
