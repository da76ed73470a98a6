import { check } from '../../core/check';
import { shown } from '../../core/fields';
import { defineRule, GLOBAL } from '../family';

/** The default of its class, for 40 layers. */
const DEFAULT = [3, 8, 13, 18, 23, 28, 33, 38];

/** Some layers read the picture and no tokens: what they keep does not grow with the text. */
export default defineRule({
  id: 'mllama',
  label: 'Llama 3.2 Vision',
  order: 17,
  modelTypes: ['mllama_text_model'],
  source: 'Hugging Face transformers, models/mllama',
  layer({ own }, _, at) {
    const given = own.get('cross_attention_layers') ?? DEFAULT;
    check(Array.isArray(given), `cross_attention_layers is ${shown(given)}; it should be a list`);
    return given.includes(at)
      ? { type: 'cross_attention', kind: 'none', expression: GLOBAL.expression }
      : {};
  },
  notes: () => [
    'layers of cross-attention read the picture, not the text; its keys are not counted',
  ],
});
