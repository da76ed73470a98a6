import { definePreset } from '../definePreset';

export default definePreset({
  id: 'packed',
  label: 'Packed documents',
  order: 16,
  group: 'Masks people know',
  summary:
    'Three documents in one sequence of 64 tokens, starting at 0, 21 and 43; none reads another. Watch the first rows of each: they look like a text that has just begun. The borders are the mask’s alone, the same in every text; in a real batch they differ from sequence to sequence.',
  settings: { plan: 'custom', stripes: '1111', masks: 'causal & documents(21, 43)' },
});
