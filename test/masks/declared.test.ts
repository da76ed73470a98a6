/** @file What an expression declares about its mask. */
import { describe, expect, test } from 'vitest';
import { read } from '../../src/attention/parse';
import { declaredOf, declaredOfLayers } from '../../src/masks/declared';
import type { Declared } from '../../src/masks/subject';

const T = 16;

describe('the declaration of an expression', () => {
  test.each<[string, Declared]>([
    ['causal & (window(4) | sink(2))', { causal: true, window: 4, kept: [0, 1] }],
    ['causal & ~window(4)', { causal: true, global: true }],
    [
      '(causal | prefix(3)) & documents(5, 9)',
      { causal: true, global: true, spans: [[0, 3]], spansAre: 'prefix', documents: [5, 9] },
    ],
    ['causal & !padding(2, 3)', { causal: true, global: true, start: 2, length: T - 3 }],
    ['window(4) & !ahead(3)', { window: 4, right: 2 }],
    ['causal | documents(4, 5)', { causal: true, global: true, spans: [[0, 4], [5, T]], spansAre: 'documents' }], // prettier-ignore
    ['causal & (window(4) | dilated(4))', { causal: true }],
    ['causal & chunk(4)', { causal: true, chunk: 4 }],
    ['causal & window(4) & dilated(2)', { causal: true }],
    ['!(causal & window(4))', {}],
  ])('%s', (text, declared) => expect(declaredOf(read(text), T)).toEqual(declared));

  test('of a stack has windows by layer, and the rest if all layers agree', () =>
    expect(
      declaredOfLayers([read('causal & window(4)'), read('causal & documents(5)')], T),
    ).toEqual({ causal: true, window: [4, undefined], layers: ['local', 'global'] }));
});
