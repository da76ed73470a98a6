import { defineRule } from '../family';

/** The text and the melody are put before the generated tokens, in one sequence: there is no cross-attention. */
export default defineRule({
  id: 'musicgen-melody',
  label: 'MusicGen Melody',
  order: 20,
  modelTypes: ['musicgen_melody_decoder'],
  source: 'Hugging Face transformers, models/musicgen_melody',
  crosses: false,
  notes: () => ['the text and the melody come before its own tokens, in the same cache'],
});
