import { definePreset } from '../definePreset';

export default definePreset({
  id: 'marker',
  label: 'Marker: one global layer or two?',
  order: 3,
  summary:
    'Find the marker, take the token after it: two hops. G S G S learns it; with one group, G S S S, the only global layer reads raw tokens and cannot. Try group size 4.',
  settings: {
    task: 'marker',
    distance: 22,
    plan: 'grouped',
    groupSize: 2,
    layers: 4,
    width: 32,
    heads: 4,
    context: 40,
    window: 6,
    chunk: 6,
    batch: 16,
    warmup: 30,
  },
});
