import { definePreset } from '../definePreset';

export default definePreset({
  id: 'prefix-lm',
  label: 'A prefix read in both directions (PrefixLM)',
  order: 15,
  group: 'Masks people know',
  summary:
    'The first 16 characters read one another in both directions, the rest is causal. Watch the loss: a quarter of the characters are asked for while they can be read, so it is too good. PrefixLM does not ask for those; here is the mask alone.',
  settings: { plan: 'custom', stripes: '1111', masks: 'causal | prefix(16)' },
});
