import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../src/compare/address';
import { AXES } from '../../src/compare/axes';
import { FIRST, namesOf, specsOf, tidyName, type Comparison } from '../../src/compare/comparison';
import { readFile, writeFile } from '../../src/compare/file';
import { checkRun } from '../../src/spec/check';
import type { Setting } from '../../src/spec/run';
import { controlOf, DEFAULTS } from '../../src/spec/controls';
import { adjust } from '../../src/spec/url';

const range = (name: Setting) => {
  const control = controlOf(name);
  if (control.kind !== 'number') throw new Error(`${name} is no number`);
  const { min, max } = control.param;
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
};
const options = (name: Setting) => {
  const control = controlOf(name);
  if (control.kind !== 'choice') throw new Error(`${name} is no choice`);
  return fc.constantFrom(...control.options.map(({ value }) => value));
};
const stripes = fc.string({
  unit: fc.constantFrom('G', 'S', 'A', 'K', '1', '2'),
  minLength: 1,
  maxLength: 12,
});
const masks = fc.constantFrom(
  'causal & chunk(3); causal & (window(2) | sink(1))',
  'causal; prefix(4) | causal',
);
/** Any name as it is kept: characters special in URLs, emoji, up to the full length. */
const name = fc
  .oneof(
    fc.constantFrom('Mine', 'a;b:c&d=e', 'Löwe 🦓', '%', '🦓'.repeat(32)),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  )
  .map((text) => tidyName(text) ?? 'x');
const entry = fc.record(
  {
    own: fc.record({
      plan: options('plan'),
      stripes,
      masks,
      groupSize: range('groupSize'),
      place: fc.constantFrom('first' as const, 'last' as const),
      window: range('window'),
      chunk: range('chunk'),
      documents: fc.constantFrom('off' as const, 'masked' as const, 'restart' as const),
    }),
    name,
  },
  { requiredKeys: ['own'] },
);
/** Every shared setting anywhere in its range, as far as they can run together. */
const comparison = fc
  .record({
    shared: fc
      .record({
        task: options('task'),
        distance: range('distance'),
        layers: range('layers'),
        width: range('width'),
        heads: range('heads'),
        context: range('context'),
        share: range('share'),
        ropeBase: range('ropeBase'),
        batch: range('batch'),
        seed: range('seed'),
        rate: fc.double({ min: 0.00001, max: 1, noNaN: true }),
        decay: fc.double({ min: 0, max: 1, noNaN: true }).map((n) => n + 0),
        pool: fc.constantFrom('post' as const, 'pre' as const),
        tied: fc.constantFrom(0, 1),
      })
      .map((some) => adjust({ ...DEFAULTS, ...some })),
    runs: fc.array(entry, { minLength: 2, maxLength: 4 }),
  })
  .filter((one: Comparison) => {
    try {
      for (const spec of specsOf(one)) checkRun(spec);
      checkRun({ ...one.shared, plan: 'global' });
      return true;
    } catch {
      return false;
    }
  });
const axis = fc.constantFrom(...AXES.map(({ id }) => id));

describe('the URL of a comparison', () => {
  test('is short if no run differs from the first', () => {
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

  test('carries the same as its file', () => {
    const machine = { name: 'wasm', device: 'WebAssembly SIMD', kernel: 'simd' } as const;
    fc.assert(
      fc.property(comparison, (asked) => {
        const histories = asked.runs.map(() => ({ steps: [], validations: [] }));
        const saved = { machine, program: '1', made: '2026-11-29', histories, repeats: [] };
        expect(readFile(writeFile({ comparison: asked, ...saved })).comparison).toEqual(asked);
      }),
    );
  });

  test('accepts bytes as an axis', () => {
    expect(fromAddress('x=bytes')).toMatchObject({ axis: 'bytes', notes: [] });
  });

  test('gives two to four runs that can run, whatever it contains', () => {
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

  test('of the Lab is understood: its window applies to every run', () => {
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
    ['run=local;width:9&run=global', /'width' is not a setting of a run/],
    ['x=yards', /x should be one of steps, tokens/],
  ])('%s is adjusted, and a note says so', (query, note) => {
    expect(fromAddress(query).notes.join('; ')).toMatch(note);
  });
});

test('a URL that names only the machine is blank; any other keeps its meaning', () => {
  for (const query of ['', 'backend=wasm']) expect(fromAddress(query).blank).toBe(true);
  for (const query of ['v=1', 'x=flops', 'run=local', 'embed=1', 'seed=1', 'context=64']) {
    const { blank, comparison } = fromAddress(query);
    expect(blank).toBe(false);
    expect(comparison.shared).toMatchObject({ task: 'moby-dick', context: 64, spread: 0.02 });
  }
});
