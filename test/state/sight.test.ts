import fc from 'fast-check';
import { expect, test } from 'vitest';
import { controlOf, DEFAULTS } from '../../src/spec/controls';
import { fromQuery } from '../../src/spec/url';
import { sightOf, sightPairs, type Show } from '../../src/state/sight';

const { layers, heads, context } = DEFAULTS;

test('the view comes back from the URL, in the largest model too', () => {
  const most = (name: 'layers' | 'heads' | 'context') => {
    const control = controlOf(name);
    return control.kind === 'number' ? control.param.max : NaN;
  };
  const largest = { layers: most('layers'), heads: most('heads'), context: most('context') };
  const show = fc.constantFrom<Show>('weights', 'mask', 'reach');
  for (const size of [{ layers, heads, context }, largest]) {
    const token = fc.oneof(fc.nat(size.context - 1), fc.constant(size.context - 1));
    const cell = fc.record({
      layer: fc.nat(size.layers - 1),
      head: fc.nat(size.heads - 1),
      query: token,
      key: token,
    });
    fc.assert(
      fc.property(show, fc.option(cell, { nil: undefined }), (shown, at) => {
        const { rest } = fromQuery(sightPairs(shown, at).join('&'));
        const sight = sightOf(rest, { ...DEFAULTS, ...size });
        expect(sight).toEqual({ show: shown, cell: at, notes: [] });
      }),
    );
  }
});

test('the default view needs nothing in the URL', () => {
  expect(sightPairs('weights', undefined)).toEqual([]);
});

test.each(['0.1.1.1', '1.9.1.1', '1.1.64.1', '1.1.1', 'x', '1.1.1.1.1', '-1.1.1.1'])(
  'a position that does not exist is ignored, with a message: %s',
  (at) => {
    const sight = sightOf(new Map([['at', at]]), DEFAULTS);
    expect(sight.cell).toBeUndefined();
    expect(sight.notes.join()).toContain('at should be a layer, a head, a query and a key');
  },
);

test('any text in the URL gives one of the views', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (show, at) => {
      const sight = sightOf(
        new Map([
          ['show', show],
          ['at', at],
        ]),
        DEFAULTS,
      );
      expect(['weights', 'mask', 'reach']).toContain(sight.show);
    }),
  );
});
