import { defineFamily } from '../family';
import { readQwen } from '../qwen';

export default defineFamily({
  id: 'qwen3',
  label: 'Qwen3',
  order: 6,
  modelTypes: ['qwen3'],
  source: 'Hugging Face transformers, models/qwen3',
  read: readQwen,
});
