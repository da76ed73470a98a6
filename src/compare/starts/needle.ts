import needle from '../../spec/presets/needle';
import { defineStart } from '../defineStart';

export default defineStart({
  id: 'needle',
  label: 'Needle: who sees beyond reach?',
  order: 2,
  summary:
    'The answer lies 28 tokens back; four local layers of window 6 reach 21. Local can only guess, whatever it learns.',
  settings: needle.settings,
  steps: 300,
});
