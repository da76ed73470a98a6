import { defineFormat } from '../format';
import { JAX, writeDense } from '../python/dense';

export default defineFormat({
  id: 'jax-bool',
  label: 'JAX, True and False',
  order: 3,
  language: 'python',
  summary: 'A dense mask per layer, True where a key may be read.',
  supports: () => undefined,
  write: (doc) => writeDense(doc, JAX, 'truth', 'Dense masks for JAX'),
});
