import { defineFormat } from '../format';
import { TORCH, writeDense } from '../python/dense';

export default defineFormat({
  id: 'torch-bool',
  label: 'PyTorch, True and False',
  order: 1,
  language: 'python',
  summary: 'A dense mask per layer, True where a key may be read.',
  supports: () => undefined,
  write: (doc) => writeDense(doc, TORCH, 'truth', 'Dense masks for PyTorch'),
});
