import { definePreset } from '../definePreset';

export default definePreset({
  id: 'needle',
  label: 'Needle: beyond reach',
  order: 2,
  summary:
    'One needle in filler, asked for 28 tokens later. Four local layers of window 6 reach 21 tokens, so only a layer that sees far can answer. Try the plan Local.',
  settings: {
    task: 'needle',
    distance: 28,
    plan: 'grouped',
    groupSize: 2,
    layers: 4,
    width: 32,
    heads: 2,
    context: 48,
    window: 6,
    chunk: 6,
    batch: 16,
    warmup: 30,
  },
});
