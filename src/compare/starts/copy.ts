import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'copy',
  label: 'Copy: what does a summary lose?',
  order: 6,
  summary:
    'Letters must be repeated in order, from beyond the window. A summary keeps what was in its chunk, but not in which order.',
  settings: { ...needle.settings, task: 'copy', context: 40, distance: 24, heads: 4, rate: 0.004 },
  runs: [
    { plan: 'global' },
    { plan: 'approximate', chunk: 3 },
    { plan: 'approximate', chunk: 8 },
    { plan: 'local' },
  ],
  steps: 800,
});
