import { defineRule, GLOBAL_TYPE, LAYERS, LOCAL_TYPE, type Asked } from '../family';

/** 1 where keys are rotated by position. */
const rotated = ({ fields, own, layers }: Asked): readonly number[] =>
  own.perLayer('no_rope_layers', layers, [0, 1]) ??
  Array.from(
    { length: layers },
    (_, i) => +((i + 1) % fields.whole('no_rope_layer_interval', LAYERS, 4) !== 0),
  );

export default defineRule({
  id: 'smollm3',
  label: 'SmolLM3',
  order: 7,
  modelTypes: ['smollm3'],
  source:
    'Hugging Face transformers, models/smollm3; a window, where it is on, in layers without rotation',
  types(asked) {
    const on = asked.fields.flag('use_sliding_window', false) && asked.fields.has('sliding_window');
    return rotated(asked).map((rope) => (on && rope === 0 ? LOCAL_TYPE : GLOBAL_TYPE));
  },
  layer: (asked, _, at) => (rotated(asked)[at] === 0 ? { rope: 'none' } : {}),
});
