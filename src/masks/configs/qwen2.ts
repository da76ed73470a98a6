import { defineFamily } from '../family';
import { readQwen } from '../qwen';

export default defineFamily({
  id: 'qwen2',
  label: 'Qwen2',
  order: 5,
  modelTypes: ['qwen2'],
  source: 'Hugging Face transformers, models/qwen2',
  read: readQwen,
});
