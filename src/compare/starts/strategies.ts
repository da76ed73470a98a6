import { defineStart } from '../defineStart';

export default defineStart({
  id: 'strategies',
  label: 'Four strategies, real text',
  order: 1,
  summary:
    'The four of the paper learn Moby-Dick from the same weights and the same batches. In a context this short they stay close: what differs is the price.',
  settings: {},
  steps: 400,
});
