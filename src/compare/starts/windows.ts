import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'windows',
  label: 'Windows: how wide is wide enough?',
  order: 4,
  summary:
    'Local attention only. Four layers of window W reach 4 (W − 1) + 1 tokens: 13, 21, 33 and 57. The needle lies 28 to 47 back.',
  settings: needle.settings,
  runs: [4, 6, 9, 15].map((window) => ({ plan: 'local' as const, window })),
  steps: 400,
});
