import { defineFormat } from '../format';
import { TORCH, writeDense } from '../python/dense';

export default defineFormat({
  id: 'torch-additive',
  label: 'PyTorch, added to scores',
  order: 2,
  language: 'python',
  summary: 'A dense mask per layer, 0 where a key may be read and -inf where not.',
  supports: () => undefined,
  write: (doc) => writeDense(doc, TORCH, 'added', 'Dense masks for PyTorch'),
});
