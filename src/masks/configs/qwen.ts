import { defineRule, GLOBAL_TYPE, LAYERS, LOCAL_TYPE } from '../family';

/** A window only if use_sliding_window is set, and then in the layers from max_window_layers on. */
export default defineRule({
  id: 'qwen',
  label: 'Qwen',
  order: 2,
  modelTypes: [
    ...['qwen2', 'qwen3', 'qwen2_vl_text', 'qwen2_5_vl_text', 'qwen2_5_omni_text'],
    ...[
      'qwen2_5_omni_talker',
      'qwen3_omni_moe_talker_code_predictor',
      'dots1',
      'deepseek_ocr2_encoder',
    ],
  ],
  source: 'Hugging Face transformers, models/qwen2 and models/qwen3',
  types({ fields, layers }) {
    const on = fields.flag('use_sliding_window', true) && fields.has('sliding_window');
    const from = on ? fields.whole('max_window_layers', { min: 0, max: LAYERS.max }) : layers;
    return Array.from({ length: layers }, (_, i) => (i >= from ? LOCAL_TYPE : GLOBAL_TYPE));
  },
  notes({ fields, own, layers }) {
    if (own.has('layer_types') || !fields.flag('use_sliding_window', false)) return [];
    const from = fields.whole('max_window_layers', { min: 0, max: LAYERS.max });
    const why = own.has('max_window_layers') ? '' : ', as its class has it';
    return [
      `the first ${Math.min(from, layers)} layers are global: max_window_layers is ${from}${why}`,
    ];
  },
});
