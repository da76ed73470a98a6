import { defineStart } from '../defineStart';

export default defineStart({
  id: 'leak',
  label: 'A leak: a loss that is too good',
  order: 8,
  summary:
    'One run reads what it should. The other reads one key too far: the very character it must predict. Its loss falls to almost nothing, even on held-out text. The mask is wrong; nothing else differs.',
  settings: {},
  runs: [
    { plan: 'custom', stripes: '1111', masks: '!ahead(2)', name: 'One key too far' },
    { plan: 'global', name: 'As meant' },
  ],
  steps: 200,
});
