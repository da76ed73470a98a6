import { expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { lint } from '../../src/masks/lint';
import { sayLayers, together } from '../../src/masks/together';

const T = 64;

test('ten layers with one fault are one finding, with all its layers', () => {
  const layers = Array.from({ length: 12 }, (_, l) =>
    l % 6 === 5 ? ('global' as const) : ('local' as const),
  );
  const masks = layers.map((kind) =>
    maskOf(read(kind === 'global' ? 'causal' : 'causal & window(9)'), T),
  );
  const findings = lint({ masks, declared: { causal: true, window: 8, layers } });
  expect(findings.map(({ code, layer }) => [code, layer])).toEqual(
    layers.flatMap((kind, layer) => (kind === 'local' ? [['L5', layer]] : [])),
  );
  const one = together(findings);
  expect(one).toHaveLength(1);
  expect(one[0]!.layers).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
  expect(sayLayers(one[0]!.layers)).toBe('Layers 1, 2, 3, 4, 5, 7 and 4 more');
});

test('findings with different words or cells stay apart, in their order', () => {
  const finding = { code: 'L3', what: 'a', consequence: '', fix: '', thread: '' };
  const at = (query: number) => ({ query, key: query + 1 });
  const all = [
    { ...finding, layer: 4, cell: at(1) },
    { ...finding, layer: 1, cell: at(2) },
    { ...finding, layer: 6, cell: at(1) },
    { ...finding, what: 'b', layer: 2, cell: at(1) },
    finding,
  ];
  expect(
    together(all).map(({ finding: { what, cell }, layers }) => [what, cell?.query, layers]),
  ).toEqual([
    ['a', 1, [4, 6]],
    ['a', 2, [1]],
    ['b', 1, [2]],
    ['a', undefined, []],
  ]);
});

test.each([
  [[2], 'Layer 3'],
  [[2, 6], 'Layers 3 and 7'],
  [[0, 1, 2, 3, 4, 5, 6], 'Layers 1, 2, 3, 4, 5, 6 and 7'],
  [[0, 1, 2, 3, 4, 5, 6, 7], 'Layers 1, 2, 3, 4, 5, 6 and 2 more'],
])('%j are %s', (layers, said) => expect(sayLayers(layers)).toBe(said));
