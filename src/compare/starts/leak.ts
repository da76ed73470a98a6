import { defineStart } from '../defineStart';

export default defineStart({
  id: 'leak',
  label: 'A leak: a loss that is too good',
  order: 8,
  summary:
    'One run reads what it should, the other one key too far: the very character that is asked for. Its loss falls to almost nothing, on held-out text too. It is the mask that is wrong, and nothing else differs.',
  settings: {},
  runs: [
    { plan: 'custom', stripes: '1111', masks: '!ahead(2)', name: 'One key too far' },
    { plan: 'global', name: 'As meant' },
  ],
  steps: 200,
});
