import { definePreset } from '../definePreset';

export default definePreset({
  id: 'block-causal',
  label: 'Block-causal',
  order: 12,
  group: 'Masks people know',
  summary:
    'A block of 8 reads itself in both directions and every block before it. Watch a loss that is too good: 7 of 8 characters are asked for while they can be read. Models with this mask fill in whole blocks and are not trained on the next character; here is the mask alone.',
  settings: { plan: 'custom', stripes: '1111', masks: 'causal | chunk(8)' },
});
