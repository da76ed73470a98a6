import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIRST } from '../../src/compare/comparison';
import { csvOfSeries } from '../../src/compare/csv';
import { stepCosts } from '../../src/compare/axes';
import { readFile, writeFile, type Saved } from '../../src/compare/file';
import type { History, ValidationRecord } from '../../src/compare/history';
import { fromLetters, keptMoments, lettersOf, toLetters } from '../../src/compare/mapLetters';
import { InputError } from '../../src/core/check';
import { DEFAULTS } from '../../src/spec/controls';

const history = (length: number): History => ({
  steps: Array.from({ length }, (_, i) => ({
    step: i + 1,
    loss: 4.5 / (i + 1),
    accuracy: i / (length + 1),
    gradNorm: 1,
    rate: 0.003,
    ms: 12.5,
    batch: (i * 7919).toString(16).padStart(8, '0'),
  })),
  validations:
    length < 2
      ? []
      : [
          {
            step: 2,
            loss: 3,
            accuracy: 0.1,
            tokens: 64,
            slices: [
              { id: 'second-saying', loss: 0.5, accuracy: 0.75, tokens: 16 },
              { id: 'far-copy', loss: 0, accuracy: 0, tokens: 0 },
            ],
          },
        ],
  peak: 1000,
});
const { context, layers, heads } = FIRST.shared;
const evaluation = (step: number) => ({
  step,
  positions: {
    losses: Array.from({ length: context }, (_, t) => 4 / (t + 1)),
    counts: Array<number>(context).fill(16),
  },
  distances: [
    { distance: 3, right: 1, questions: 4 },
    { distance: 9, right: 0, questions: 4 },
  ],
  slices: [{ id: 'second-saying', loss: 0.25, accuracy: 0.875, tokens: 400 }],
});
const letters = 'Az0/'.repeat(lettersOf(context, layers * heads) / 4);
const saved: Saved = {
  comparison: {
    ...FIRST,
    runs: FIRST.runs.map((run, i) => (i === 0 ? { ...run, name: 'Mine' } : run)),
  },
  machine: { name: 'wasm', device: 'WebAssembly SIMD', kernel: 'simd' },
  program: '0.1.0',
  made: '2026-11-24',
  histories: [3, 3, 0, 2]
    .map(history)
    .map((one, i) => (i === 1 ? { ...one, evaluation: evaluation(3) } : one)),
  repeats: [
    {
      run: 1,
      seed: 2,
      validations: [{ step: 2, loss: 3, accuracy: 0.1, tokens: 64 }],
      evaluation: evaluation(3),
    },
  ],
  pictures: {
    tokens: Array<string>(context).fill('a'),
    moments: [
      { step: 0, runs: [letters, letters, null, letters] },
      { step: 3, runs: [letters, letters, null, null] },
    ],
  },
  text: 'Call me Ishmael.',
};
const text = writeFile(saved);

/** The message of the reader; undefined if the file was accepted. */
function refusal(file: string): string | undefined {
  try {
    readFile(file);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

/** The file with one place in it changed. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const file = JSON.parse(text) as Record<string | number, unknown>;
  const place = path
    .slice(0, -1)
    .reduce((at, key) => at[key] as Record<string | number, unknown>, file);
  place[path.at(-1)!] = value;
  return JSON.stringify(file);
}

const validated = (of: string) => ['runs', 0, 'validations', 'slices', 0, of];
const evaluated = (of: string) => ['runs', 1, 'evaluation', 'slices', 0, of];

const IDS = ['second-saying', 'line-above', 'far-copy'];
const share = fc.double({ min: 0, max: 1, noNaN: true });
const loss = fc.double({ min: 0, max: 9, noNaN: true });
const scored = fc.record({ loss, accuracy: share, share });
/** Validations each of which may lack some of the slices, as a file may, although today's runs never do. */
const validations: fc.Arbitrary<readonly ValidationRecord[]> = fc
  .array(
    fc.record({
      loss,
      accuracy: share,
      tokens: fc.integer({ min: 1, max: 1e6 }),
      slices: fc.tuple(...IDS.map(() => fc.option(scored))),
    }),
    { maxLength: 3 },
  )
  .map((drawn) =>
    drawn.map(({ slices, ...all }, i) => {
      const own = slices.flatMap((one, at) =>
        one
          ? [
              {
                id: IDS[at]!,
                loss: one.loss,
                accuracy: one.accuracy,
                tokens: Math.floor(one.share * all.tokens),
              },
            ]
          : [],
      );
      return { ...all, step: i + 1, ...(own.length > 0 && { slices: own }) };
    }),
  );
/**
 * Slices in one order: if some validations lack slices, the file orders slices by the first validation that has each.
 */
const sorted = (all: readonly ValidationRecord[]) =>
  all.map(({ slices = [], ...one }) => ({
    ...one,
    slices: IDS.flatMap((id) => slices.find((slice) => slice.id === id) ?? []),
  }));
/** The file without its slices, as older versions wrote it. */
const before = (json: string) =>
  JSON.parse(json, (key, value: unknown) => (key === 'slices' ? undefined : value)) as unknown;

describe('the file of a comparison', () => {
  test('brings back the settings, the machine and all results', () => {
    expect(readFile(text)).toEqual(saved);
  });

  test.each([
    [['version'], 1, 'the file is of version 1; this page reads version 2'],
    [['format'], 'other', /is not a comparison/],
    [['runs'], [], 'the file has 0 runs; it should have 2 to 4'],
    [['shared', 'layers'], 1e9, /layers is 1000000000; it should be a whole number from 1 to 12/],
    [['shared', 'layers'], '4', /layers of shared is "4"; it should be a number/],
    [['shared', 'task'], 'moon', /text or task is 'moon'/],
    [['shared', 'colour'], 'red', /"colour" of shared is not a setting/],
    [['runs', 1, 'own', 'window'], -1, /window is -1/],
    [['runs', 0, 'name'], '<b>\n', /name of run 1 should be a line/],
    [
      ['runs', 0, 'steps', 'loss'],
      [1, null, 3],
      /loss of run 1 should be finite numbers, 0 or more/,
    ],
    [['runs', 0, 'steps', 'ms'], [1], /ms of run 1 has 1 numbers; it should have 3/],
    [['runs', 0, 'steps', 'batch', 0], '<script>', /eight hexadecimal digits/],
    [['runs', 0, 'validations', 'step', 0], 99, /should be at steps from 0 to 3/],
    [['made'], '', /the day it was made is ""; it should be a few words/],
    [['text'], 7, /the text is 7; it should be the text itself/],
    [['runs', 1, 'evaluation', 'positions', 'losses'], [1], /by position of run 2 has 1 numbers/],
    [['runs', 1, 'evaluation', 'distances', 'right', 0], 5, /no more right answers than questions/],
    [['runs', 1, 'evaluation', 'distances', 'distance', 1], 2, /distances of run 2 should rise/],
    [['runs', 1, 'evaluation', 'step'], 1.5, /step of the evaluation of run 2 is 1.5/],
    [validated('id'), '', /id of slice 1 of validation 1 of run 1 is ""; it should be words/],
    [validated('id'), 'far-copy', /validation 1 of run 1 has a slice twice/],
    [validated('id'), 'a'.repeat(41), /has 41 characters; 40 at most can be read/],
    [validated('loss'), [], /loss of slice 1 of run 1 is a list of 0; it should be a list of 1/],
    [validated('loss'), [null], /loss of slice 1 of validation 1 of run 1 is missing/],
    [
      validated('accuracy'),
      [1.5],
      /accuracy of slice 1 of .* is 1.5; it should be a number from 0/,
    ],
    [
      validated('tokens'),
      [65],
      /tokens of slice 1 of .* is 65; it should be a whole number from 0 to 64/,
    ],
    [['runs', 0, 'validations', 'slices'], [], /slices of run 1 is a list of 0/],
    [['runs', 0, 'validations', 'slices', 0], 7, /slice 1 of run 1 is 7; it should be an object/],
    [evaluated('loss'), -1, /loss of slice 1 of the evaluation of run 2 is -1/],
    [evaluated('tokens'), 16 * 64 + 1, /tokens of slice 1 of the evaluation of run 2 is 1025/],
    [['repeats', 0, 'evaluation', 'slices', 0], 7, /of the evaluation of repeat 1 is 7/],
    [['repeats', 0, 'run'], 4, /run of repeat 1 is 4; there are 4/],
    [['repeats'], {}, /repeats is an object; it should be a list/],
    [['pictures', 'tokens'], ['a'], /should be 64 short labels/],
    [['pictures', 'moments', 1, 'step'], 0, /picture 2 is of step 0; it should be later than 0/],
    [['pictures', 'moments', 0, 'runs', 0], 'A', /picture 1 should have 4 runs of \d+ letters/],
    [['pictures', 'moments', 0, 'runs', 0], `${letters.slice(1)}<`, /picture 1 should have 4 runs/],
    [['machine', 'kernel'], 'abacus', /kernel of the machine is "abacus"/],
  ])('with another %s is refused in a sentence', (path, value, words) => {
    expect(refusal(changed(path as string[], value))).toMatch(words);
  });

  test('brings back every slice of every validation, whichever were scored', () => {
    fc.assert(
      fc.property(validations, validations, (own, again) => {
        const [first, ...others] = saved.histories;
        const read = readFile(
          writeFile({
            ...saved,
            histories: [{ ...first!, validations: own }, ...others],
            repeats: [{ ...saved.repeats[0]!, validations: again }],
          }),
        );
        expect(sorted(read.histories[0]!.validations)).toEqual(sorted(own));
        expect(sorted(read.repeats[0]!.validations)).toEqual(sorted(again));
      }),
    );
  });

  test('from before slices existed opens, shows its numbers, and is saved unchanged', () => {
    const old = before(text);
    const read = readFile(JSON.stringify(old));
    expect(read).toEqual(before(JSON.stringify(saved)));
    expect(JSON.parse(writeFile(read))).toEqual(old);
  });

  test('of a task, whose runs have no slices, is written like an older one', () => {
    const [first, ...others] = saved.histories;
    const task = { ...first!.validations[0]!, slices: [] };
    const file = writeFile({
      ...saved,
      histories: [{ ...first!, validations: [task] }, ...others],
    });
    expect(readFile(file).histories[0]!.validations[0]).not.toHaveProperty('slices');
  });

  test('truncated anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(refusal(text.slice(0, length))).toMatch(/not complete JSON/);
      }),
    );
  });

  test('with any content is accepted or refused with InputError', () => {
    fc.assert(fc.property(fc.json(), (file) => void refusal(file)));
    fc.assert(fc.property(fc.string(), (file) => void refusal(file)));
    const keys = Object.keys(JSON.parse(text) as object);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        refusal(changed([key], value));
      }),
    );
    const settings = Object.keys(DEFAULTS);
    fc.assert(
      fc.property(fc.constantFrom(...settings), fc.jsonValue(), (key, value) => {
        refusal(changed(['shared', key], value));
      }),
    );
    const places = [
      ['runs', 0, 'validations', 'slices'],
      ['runs', 1, 'evaluation', 'slices'],
      ['repeats', 0, 'validations', 'slices'],
      ...['id', 'loss', 'accuracy', 'tokens'].flatMap((of) => [validated(of), evaluated(of)]),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
        refusal(changed(place, value));
      }),
    );
  });
});

describe('attention maps as letters', () => {
  test('come back within 2 of 255 below the diagonal, and nothing above it', () => {
    const [T, maps] = [7, 3];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: maps * T * T, maxLength: maps * T * T }), (bytes) => {
        const written = toLetters(bytes, T);
        expect(written).toHaveLength(lettersOf(T, maps));
        const read = fromLetters(written, T, maps);
        read.forEach((byte, i) => {
          const [query, key] = [Math.floor(i / T) % T, i % T];
          if (key > query) expect(byte).toBe(0);
          else expect(Math.abs(byte - bytes[i]!)).toBeLessThanOrEqual(2);
        });
      }),
    );
  });

  test('keep the first moment and the last if there is room for two', () => {
    expect(keptMoments(9, 3)).toEqual([0, 4, 8]);
    expect(keptMoments(2, 9)).toEqual([0, 1]);
    expect(keptMoments(9, 1)).toEqual([8]);
    expect(keptMoments(0, 3)).toEqual([]);
    expect(keptMoments(9, 0)).toEqual([]);
  });
});

describe('the table of all series', () => {
  const costs = stepCosts(DEFAULTS, 'simd');
  const csv = csvOfSeries(
    [
      { name: '=1+1, "Mine"', costs, history: history(3) },
      { name: 'Local', costs, history: history(2) },
    ],
    {
      seed: 7,
      backend: 'wasm',
      device: 'WebAssembly SIMD; "8" threads',
      version: '1.2.3',
      address: '#/compare?v=1&seed=7',
    },
  );

  test('has one line per run and step, with as many cells as its header', () => {
    const [head, ...lines] = csv.trimEnd().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[3]!.split(',')).toHaveLength(head!.split(',').length);
  });

  test('repeats seed, machine, program and settings in every line', () => {
    const [head, ...lines] = csv.trimEnd().split('\r\n');
    expect(head).toMatch(/,seed,backend,device,version,address$/);
    for (const line of lines)
      expect(
        line.endsWith(',7,"wasm","WebAssembly SIMD; ""8"" threads","1.2.3","#/compare?v=1&seed=7"'),
      ).toBe(true);
  });

  test('counts tokens and FLOPs, adds up seconds, gives the bytes held, and lets no name be a formula', () => {
    const line = csv.split('\r\n')[2]!;
    expect(
      line.startsWith(
        `"'=1+1, ""Mine""",2,${2 * costs.tokens},${2 * costs.needed},${2 * costs.done},0.025,1000,`,
      ),
    ).toBe(true);
  });

  test('has each slice next to its validation, and neither loss nor accuracy for an empty one', () => {
    const [head, ...lines] = csv.split('\r\n');
    const line = lines.filter((one) => one.startsWith('"Local"')).map((one) => one.split(','));
    const of = (column: string, step: number) =>
      line[step - 1]![head!.split(',').indexOf(`validation_${column}`)];
    const slice = (name: string, step: number) =>
      ['loss', 'accuracy', 'tokens'].map((what) => of(`${name}_${what}`, step));
    expect([of('loss', 2), of('tokens', 2)]).toEqual(['3', '64']);
    expect(slice('second_saying', 2)).toEqual(['0.5', '0.75', '16']);
    expect(slice('far_copy', 2)).toEqual(['', '', '0']);
    expect(slice('second_saying', 1)).toEqual(['', '', '']); // no validation at that step
  });

  test('has no columns for slices if none were scored', () => {
    const plain = { ...history(3), validations: [{ step: 2, loss: 3, accuracy: 0.1, tokens: 64 }] };
    const origin = { seed: 7, backend: 'wasm', device: '', version: '', address: '' };
    const [head] = csvOfSeries([{ name: 'Local', costs, history: plain }], origin).split('\r\n');
    expect(head).toContain('validation_accuracy,validation_tokens,batch');
  });
});
