import { definePreset } from '../definePreset';

/** What the Lab opens with where its address says nothing. */
export default definePreset({
  id: 'postal-codes',
  label: 'A stripe that matters: a table',
  order: 0,
  summary:
    'Four layers learn a table of postal codes. What helps stands one line back, 80 characters; four local layers of window 16 reach 61, so only the stripes read it. Try the plan Local.',
  settings: {
    task: 'postal-codes',
    plan: 'grouped',
    groupSize: 2,
    layers: 4,
    width: 64,
    heads: 4,
    context: 256,
    window: 16,
    chunk: 16,
    batch: 8,
    rate: 0.004,
    warmup: 20,
    spread: 0.5,
  },
});
