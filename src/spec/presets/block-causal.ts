import { definePreset } from '../definePreset';

export default definePreset({
  id: 'block-causal',
  label: 'Block-causal',
  order: 12,
  group: 'Masks people know',
  summary:
    'The characters of a block of 8 read one another in both directions, and all blocks before theirs. Watch the loss: it will be too good to be true, because the model is asked for the next character, and 7 times of 8 it can read that one. Models that use this mask learn to fill in whole blocks; here is the mask alone.',
  settings: { plan: 'custom', stripes: '1111', masks: 'causal | chunk(8)' },
});
