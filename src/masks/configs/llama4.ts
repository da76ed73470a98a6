import {
  byLayerTypes,
  chunked,
  CHUNKED_TYPE,
  defineFamily,
  GLOBAL,
  GLOBAL_TYPE,
  LAYERS,
  TOKENS_IN_WINDOW,
} from '../family';

export default defineFamily({
  id: 'llama4',
  label: 'Llama 4',
  order: 10,
  modelTypes: ['llama4_text', 'llama4'],
  source: 'Hugging Face transformers, models/llama4; three chunked layers, then a global one',
  read(fields, layers) {
    const none = fields.isNull('attention_chunk_size');
    const size = none ? undefined : fields.whole('attention_chunk_size', TOKENS_IN_WINDOW, 8192);
    const chunk = size === undefined ? undefined : chunked(size);
    const n = fields.whole('no_rope_layer_interval', LAYERS, 4);
    // An empty list stands for the interval.
    const rope = isEmpty(fields.get('no_rope_layers'))
      ? undefined
      : fields.perLayer('no_rope_layers', layers, [0, 1]);
    return {
      layers:
        byLayerTypes(fields, layers, { [GLOBAL_TYPE]: GLOBAL, [CHUNKED_TYPE]: chunk }) ??
        Array.from({ length: layers }, (_, i) =>
          chunk && (rope ? rope[i] === 1 : (i + 1) % n !== 0) ? chunk : GLOBAL,
        ),
      convention: none
        ? 'attention_chunk_size is null: every layer reads everything before'
        : 'attention_chunk_size cuts the sequence into chunks that do not overlap; a token reads its own chunk up to itself',
      notes: ['its global layers turn no keys by position (NoPE); the mask is the same'],
    };
  },
});

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
