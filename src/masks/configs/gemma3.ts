import { check } from '../../core/check';
import { COUNTS_ITSELF, defineFamily, slidingLayers } from '../family';

export default defineFamily({
  id: 'gemma3',
  label: 'Gemma 3',
  order: 3,
  modelTypes: ['gemma3_text', 'gemma3'],
  source: 'Gemma 3 report, arXiv:2503.19786; five local layers, then a global one',
  // The larger models of 2025 leave out what their class has by default.
  defaults: { num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256 },
  read(fields, layers) {
    check(
      !fields.flag('use_bidirectional_attention', false),
      'use_bidirectional_attention is true; Gemma 3 is read here as the decoder it was made for',
    );
    const reading = slidingLayers(fields, layers, {
      field: 'sliding_window_pattern',
      otherwise: 6,
    });
    return { ...reading, convention: COUNTS_ITSELF };
  },
});
