import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'edge',
  label: 'Edge: how far can it answer?',
  order: 7,
  summary:
    'The needle may lie anywhere. Four local layers of window 6 answer up to 20 tokens back, where their reach ends, and guess beyond; the others answer everywhere.',
  settings: { ...needle.settings, distance: 1, heads: 4 },
  steps: 300,
});
