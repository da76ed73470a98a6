import marker from '../../spec/presets/marker';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'marker',
  label: 'Marker: which layer is global?',
  order: 3,
  summary:
    'Two hops: find the marker, then read the token after it. A global layer that comes last, or two of them, learn it; one at the bottom reads only raw tokens.',
  settings: marker.settings,
  runs: [
    { plan: 'grouped', groupSize: 2, place: 'first' },
    { plan: 'grouped', groupSize: 4, place: 'last' },
    { plan: 'grouped', groupSize: 4, place: 'first' },
    { plan: 'local' },
  ],
  steps: 700,
});
