import { definePreset } from '../definePreset';

export default definePreset({
  id: 'moby-dick',
  label: 'First light: real text',
  order: 1,
  summary: 'A Zebra of four layers learns Moby-Dick, character by character.',
  settings: {},
});
