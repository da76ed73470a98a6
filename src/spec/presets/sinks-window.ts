import { definePreset } from '../definePreset';

export default definePreset({
  id: 'sinks-window',
  label: 'Sinks and a window (StreamingLLM)',
  order: 10,
  group: 'Masks people know',
  summary:
    'Every layer reads its window and the first 4 characters of all. Watch how much weight the first columns of the maps get. This is the mask alone: StreamingLLM also counts positions again inside its cache.',
  settings: { plan: 'custom', stripes: 'KKKK', window: 12 },
});
