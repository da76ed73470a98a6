import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../src/compare/address';
import { AXES } from '../../src/compare/axes';
import { FIRST, namesOf, specsOf, type Comparison } from '../../src/compare/comparison';
import { checkRun } from '../../src/spec/check';
import { DEFAULTS } from '../../src/spec/run';

const entry = fc.record(
  {
    own: fc.record({
      plan: fc.constantFrom('global', 'local', 'approximate', 'grouped', 'custom'),
      stripes: fc.constantFrom('GSGS', 'SSAG'),
      groupSize: fc.integer({ min: 1, max: 4 }),
      place: fc.constantFrom('first' as const, 'last' as const),
      window: fc.integer({ min: 1, max: 64 }),
      chunk: fc.integer({ min: 1, max: 32 }),
    }),
    name: fc.constantFrom('Mine', 'a;b:c&d=e', 'Löwe 🦓', '%'),
  },
  { requiredKeys: ['own'] },
);
const comparison: fc.Arbitrary<Comparison> = fc.record({
  shared: fc.record({ seed: fc.nat(999), context: fc.constantFrom(32, 64, 128) }).map((some) => ({
    ...DEFAULTS,
    ...some,
  })),
  runs: fc.array(entry, { minLength: 2, maxLength: 4 }),
});
const axis = fc.constantFrom(...AXES.map(({ id }) => id));

describe('the address of a comparison', () => {
  test('is short where nothing differs from the first one', () => {
    expect(toAddress(FIRST)).toBe('v=1&seed=1');
    expect(fromAddress('').comparison).toEqual(FIRST);
  });

  test('brings back the runs, their names and the axis', () => {
    fc.assert(
      fc.property(comparison, axis, (asked, x) => {
        const read = fromAddress(toAddress(asked, x));
        expect(read.notes).toEqual([]);
        expect(read.axis).toBe(x);
        expect(specsOf(read.comparison)).toEqual(specsOf(asked));
        expect(namesOf(read.comparison)).toEqual(namesOf(asked));
        expect(toAddress(read.comparison, x)).toBe(toAddress(asked, x));
      }),
    );
  });

  test('has bytes among its axes', () => {
    expect(fromAddress('x=bytes')).toMatchObject({ axis: 'bytes', notes: [] });
  });

  test('whatever it says, two to four runs come of it that can run', () => {
    const pair = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom(
            'run=',
            'x=',
            'layers=',
            'window=',
            'plan=',
            'run=custom;stripes:',
            'run=grouped;groupSize:',
          ),
          fc.oneof(fc.string(), fc.integer().map(String)),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 9 }), (pairs) => {
        const read = fromAddress(pairs.join('&'));
        const specs = specsOf(read.comparison);
        expect(specs.length).toBeGreaterThanOrEqual(2);
        expect(specs.length).toBeLessThanOrEqual(4);
        for (const spec of specs) checkRun(spec);
      }),
    );
  });

  test('of the Lab is understood: its window is that of every run', () => {
    const { comparison: read } = fromAddress('v=1&plan=local&window=7&layers=3&seed=5');
    expect(specsOf(read).map(({ plan, window, layers }) => [plan, window, layers])).toEqual([
      ['global', 7, 3],
      ['local', 7, 3],
      ['approximate', 7, 3],
      ['grouped', 7, 3],
    ]);
  });

  test.each([
    ['run=local', /needs 2 runs; Global was added/],
    ['run=local&run=local&run=local&run=local&run=local', /5 runs are more than the 4/],
    ['run=zebra&run=local', /plan='zebra' is not known/],
    ['run=local;window:9999&run=global', /window='9999' became 512/],
    ['run=local;width:9&run=global', /'width' is no setting of one run/],
    ['x=yards', /x should be one of steps, tokens/],
  ])('%s is mended, and said to be', (query, note) => {
    expect(fromAddress(query).notes.join('; ')).toMatch(note);
  });
});
