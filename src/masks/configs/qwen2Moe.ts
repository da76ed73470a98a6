import { defineRule, GLOBAL_TYPE, LAYERS, LOCAL_TYPE } from '../family';

/** If the window is on, it is in every other layer of the first max_window_layers. */
export default defineRule({
  id: 'qwen2-moe',
  label: 'Qwen2 MoE',
  order: 16,
  modelTypes: ['qwen2_moe'],
  source: 'Hugging Face transformers, models/qwen2_moe',
  types({ fields, layers }) {
    const on = fields.flag('use_sliding_window', false) && fields.has('sliding_window');
    const below = on ? fields.whole('max_window_layers', { min: 0, max: LAYERS.max }) : 0;
    return Array.from({ length: layers }, (_, i) =>
      i % 2 === 0 && i < below ? LOCAL_TYPE : GLOBAL_TYPE,
    );
  },
});
