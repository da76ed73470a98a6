import { defineFormat } from '../format';
import { JAX, writeDense } from '../python/dense';

export default defineFormat({
  id: 'jax-additive',
  label: 'JAX, added to scores',
  order: 4,
  language: 'python',
  summary: 'A dense mask per layer, 0 where a key may be read and -inf where not.',
  supports: () => undefined,
  write: (doc) => writeDense(doc, JAX, 'added', 'Dense masks for JAX'),
});
