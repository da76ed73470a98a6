import { definePreset } from '../definePreset';

export default definePreset({
  id: 'global-tokens',
  label: 'Global tokens and a window (Longformer, its causal part)',
  order: 14,
  group: 'Masks people know',
  summary:
    'A window of 12, and the characters 0 and 32, which all after them read and which read all before them. Watch their rows and columns in the maps. This is the part of the mask that does not look ahead: Longformer reads in both directions and gives global tokens weights of their own.',
  settings: {
    plan: 'custom',
    stripes: '1111',
    masks: 'causal & (window(12) | global(0, 32))',
  },
});
