import { definePreset } from '../definePreset';

export default definePreset({
  id: 'strided',
  label: 'A window, then every eighth (Sparse Transformer)',
  order: 13,
  group: 'Masks people know',
  summary:
    'Layers take turns: the last 8 characters, then every eighth one before. Watch Reach: one layer of each kind reaches the whole text. This is the mask alone: the Sparse Transformer has it in its heads and in blocks, with kernels of its own.',
  settings: {
    plan: 'custom',
    stripes: '1212',
    masks: 'causal & window(8); causal & dilated(8)',
  },
});
