import { expect, test } from 'vitest';
import { library } from '../../src/masks/library';
import { declaredOfLayers } from '../../src/masks/declared';
import { maskOfLayer } from '../../src/masks/doc';
import { lint } from '../../src/masks/lint';
test.each(library.all.map((k) => [k.id, k] as const))('%s raises nothing', (_, { doc }) => {
  const expressions = doc.layers.map(({ expression }) => expression);
  expect(
    lint({
      masks: doc.layers.map((l) => maskOfLayer(l, doc.T)),
      expressions,
      declared: declaredOfLayers(expressions, doc.T),
    }),
  ).toEqual([]);
});
