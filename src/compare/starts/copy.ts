import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'copy',
  label: 'Copy: what does a summary lose?',
  order: 6,
  summary:
    'Letters are to be repeated in their order, out of reach of the window. A summary keeps what was in its chunk and not in which order.',
  settings: { ...needle.settings, task: 'copy', context: 40, distance: 24, heads: 4, rate: 0.004 },
  runs: [
    { plan: 'global' },
    { plan: 'approximate', chunk: 3 },
    { plan: 'approximate', chunk: 8 },
    { plan: 'local' },
  ],
  steps: 800,
});
