import { definePreset } from '../definePreset';

export default definePreset({
  id: 'chunks',
  label: 'Chunks, every fourth layer global (Llama 4)',
  order: 11,
  group: 'Masks people know',
  summary:
    'Three layers read their own chunk of 16 and nothing before it, the fourth reads all. Watch the first character of a chunk: in three layers it has only itself. This is the mask alone: Llama 4 also leaves rotary positions out of its global layers.',
  settings: { plan: 'custom', stripes: '111G', masks: 'causal & chunk(16)' },
});
