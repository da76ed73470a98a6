import { defineRule } from '../family';

/** A single key-value head if multi_query says so and no newer field says otherwise. */
export default defineRule({
  id: 'falcon',
  label: 'Falcon and GPT-BigCode',
  order: 10,
  modelTypes: ['falcon', 'gpt_bigcode'],
  source: 'Hugging Face transformers, models/falcon and models/gpt_bigcode',
  layer({ fields }, { kvHeads }) {
    if (fields.flag('new_decoder_architecture', false))
      return { kvHeads: fields.whole('num_kv_heads', { min: 1, max: 4096 }, kvHeads) };
    return fields.flag('multi_query', true) ? { kvHeads: 1 } : {};
  },
});
