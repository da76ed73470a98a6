import { CHUNKED_TYPE, defineRule, GLOBAL_TYPE, LAYERS, type Asked } from '../family';

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;

/** 1 where keys are rotated by position; an empty list means the interval applies. */
function rotated({ fields, own, layers }: Asked): readonly number[] {
  const named = isEmpty(own.get('no_rope_layers'))
    ? undefined
    : own.perLayer('no_rope_layers', layers, [0, 1]);
  const n = fields.whole('no_rope_layer_interval', LAYERS, 4);
  return named ?? Array.from({ length: layers }, (_, i) => +((i + 1) % n !== 0));
}

export default defineRule({
  id: 'llama4',
  label: 'Llama 4',
  order: 6,
  modelTypes: ['llama4_text'],
  source: 'Hugging Face transformers, models/llama4; three chunked layers, then a global one',
  types: (asked) =>
    rotated(asked).map((rope) =>
      rope === 1 && asked.fields.has('attention_chunk_size') ? CHUNKED_TYPE : GLOBAL_TYPE,
    ),
  layer: (asked, _, at) => (rotated(asked)[at] === 0 ? { rope: 'none' } : {}),
  convention: ({ fields }) =>
    fields.has('attention_chunk_size')
      ? 'attention_chunk_size cuts the sequence into chunks that do not overlap; a token reads its own chunk up to itself'
      : 'attention_chunk_size is null: every layer reads everything before',
});
