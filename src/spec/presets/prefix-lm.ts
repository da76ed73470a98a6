import { definePreset } from '../definePreset';

export default definePreset({
  id: 'prefix-lm',
  label: 'A prefix read in both directions (PrefixLM)',
  order: 15,
  group: 'Masks people know',
  summary:
    'The first 16 characters read one another in both directions; the rest is causal. Watch the loss: it will be too good, because the model is asked for the next character everywhere, and within the prefix it can read that one. PrefixLM itself counts no loss there; here is the mask alone.',
  settings: { plan: 'custom', stripes: '1111', masks: 'causal | prefix(16)' },
});
