import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'stripes',
  label: 'Stripes: how few are enough?',
  order: 5,
  summary:
    'Local layers alone cannot reach the needle. One global layer, first or last, is enough for it; two learn it no worse.',
  settings: needle.settings,
  runs: [
    { plan: 'local' },
    { plan: 'grouped', groupSize: 4, place: 'first' },
    { plan: 'grouped', groupSize: 4, place: 'last' },
    { plan: 'grouped', groupSize: 2, place: 'first' },
  ],
  steps: 300,
});
