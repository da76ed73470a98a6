/** @file Recordings are read strictly: a good one comes back as it was, any other is refused with a sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { answersOf } from '../../src/figures/answers';
import { parseIndex, parseRecording, type Recording } from '../../src/figures/recording';
import { resultOf } from '../../src/figures/result';
import { DEFAULTS } from '../../src/spec/controls';

const recording: Recording = {
  version: 1,
  program: '0.1.0',
  made: '2026-11-30',
  machine: '2 × AMD EPYC, WebAssembly',
  backend: 'wasm',
  seconds: 12.5,
  spec: { ...DEFAULTS, context: 64, steps: 100 },
  curve: [
    { step: 1, loss: 4.5 },
    { step: 100, loss: 2.2 },
  ],
  validation: [{ step: 100, loss: 2.3, tokens: 4096 }],
  buckets: [
    { from: 1, to: 32, tokens: 2048, loss: 2.4 },
    { from: 33, to: 64, tokens: 2048, loss: 2.2 },
  ],
  distances: [{ distance: 3, right: 1, questions: 2 }],
};
const refusal = (change: object) => () =>
  parseRecording('a.json', JSON.stringify({ ...recording, ...change }));

test('one that was cut off on its way says what a reader of the page can do', () => {
  const cut = JSON.stringify(recording).slice(0, -9);
  expect(() => parseRecording('a.json', cut)).toThrow(/a\.json is not valid JSON.*reload the page/);
  expect(() => parseIndex('["a.json"')).toThrow(/not valid JSON.*reload the page/);
});

test('a recording comes back as it was written', () => {
  expect(parseRecording('a.json', JSON.stringify(recording))).toEqual(recording);
});

test('a recording has slices at a point and at the end, and an older one has none', () => {
  const slices = [{ id: 'line-above', loss: 0.5, accuracy: 0.9, tokens: 1200 }];
  const sliced = {
    ...recording,
    validation: [{ step: 100, loss: 2.3, tokens: 4096, slices }],
    slices,
  };
  expect(parseRecording('a.json', JSON.stringify(sliced))).toEqual(sliced);
  expect(refusal({ slices: [{ ...slices[0], accuracy: 1.2 }] })).toThrow(
    'accuracy of slice 1 of recording a.json is 1.2; it should be a number from 0 to 1',
  );
  expect(refusal({ slices: [{ id: 'line-above' }] })).toThrow(
    'loss of slice 1 of recording a.json is missing',
  );
  expect(refusal({ slices: [{ ...slices[0], extra: 1 }] })).toThrow('"extra" of slice 1');
  expect(refusal({ slices: [...slices, ...slices] })).toThrow('has a slice twice');
});

test('a slice with more tokens than the whole is refused, at a point and at the end', () => {
  const slice = { id: 'line-above', loss: 0.5, accuracy: 0.9 };
  const [point] = recording.validation;
  const at = (tokens: number) => ({
    validation: [{ ...point, slices: [{ ...slice, tokens }] }],
  });
  const end = (tokens: number) => ({ slices: [{ ...slice, tokens }] });
  for (const of of [at, end]) {
    expect(refusal(of(4096))).not.toThrow();
    expect(refusal(of(4097))).toThrow('is 4097; it should be a whole number from 0 to 4096');
  }
  expect(refusal(at(4097))).toThrow('tokens of slice 1 of recording a.json, validation, 1');
});

test('any recording comes back as it was written: numbers of any size, as many points as steps', () => {
  const loss = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
  const whole = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const steps = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1 });
  const rising = steps.map((all) => all.toSorted((a, b) => a - b));
  const questions = fc.record({ right: fc.nat(1000), wrong: fc.integer({ min: 1, max: 1000 }) });
  const any = fc.record({
    seconds: loss,
    spec: fc.integer({ min: 0, max: 999_999 }).map((seed) => ({
      ...recording.spec,
      steps: 100_000,
      seed,
    })),
    curve: rising.chain((all) =>
      fc.tuple(...all.map((step) => loss.map((l) => ({ step, loss: l })))),
    ),
    validation: rising.chain((all) =>
      fc.tuple(
        ...all.map((step) =>
          fc.tuple(loss, whole).map(([l, tokens]) => ({ step, loss: l, tokens })),
        ),
      ),
    ),
    distances: rising.chain((all) =>
      fc.tuple(
        ...all.map((distance) =>
          questions.map(({ right, wrong }) => ({ distance, right, questions: right + wrong })),
        ),
      ),
    ),
  });
  fc.assert(
    fc.property(any, (change) => {
      const one = { ...recording, ...change };
      expect(parseRecording('a.json', JSON.stringify(one))).toEqual(one);
    }),
  );
});

test.each([
  [{ version: 2 }, 'recording a.json has version 2; this program reads version 1'],
  [{ made: 'today' }, "recording a.json, made is 'today'; it should be a date like 2026-11-30"],
  [{ backend: 'gpu' }, "backend is 'gpu'; it should be one of webgpu, wasm, cpu"],
  [{ seconds: -1 }, 'seconds is -1; it should be a number, 0 or more'],
  [{ extra: 1 }, "recording a.json: 'extra' is not known"],
  [{ validation: [] }, 'validation is empty; it should have a point or more'],
  [{ curve: [{ step: 101, loss: 1 }] }, 'has points beyond its 100 steps'],
  [{ curve: recording.curve.toReversed() }, 'curve is out of order'],
  [{ buckets: recording.buckets.slice(0, 1) }, 'the buckets end at 32; the context is 64'],
  [{ buckets: recording.buckets.slice(1) }, 'a bucket begins at 33; the one before it ends at 0'],
  [{ distances: [{ distance: 1, right: 3, questions: 2 }] }, 'has 3 right of 2'],
  [{ spec: { ...recording.spec, width: 30, heads: 4 } }, 'width 30 does not divide into 4 heads'],
  [{ spec: { ...recording.spec, plan: 'zebra' } }, "plan is 'zebra'; it should be one of"],
  [{ spec: { ...recording.spec, task: 7 } }, 'recording a.json, spec, task is 7'],
])('%o is refused in a sentence', (change, sentence) => {
  expect(refusal(change)).toThrow(sentence);
});

test('a missing part is named', () => {
  const { machine: _, ...rest } = recording;
  expect(() => parseRecording('a.json', JSON.stringify(rest))).toThrow(
    'recording a.json, machine is missing; it should be a few words',
  );
});

test('a file with any content is read or refused, without another error', () => {
  const text = JSON.stringify(recording);
  const damaged = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 4 }))
      .map(([at, length, put]) => text.slice(0, at) + put + text.slice(at + length)),
    fc
      .tuple(fc.constantFrom(...Object.keys(recording)), fc.jsonValue())
      .map(([key, value]) => JSON.stringify({ ...recording, [key]: value })),
    fc
      .tuple(fc.constantFrom(...Object.keys(recording.spec)), fc.jsonValue())
      .map(([key, value]) =>
        JSON.stringify({ ...recording, spec: { ...recording.spec, [key]: value } }),
      ),
  );
  fc.assert(
    fc.property(damaged, (given) => {
      try {
        parseRecording('a.json', given);
      } catch (cause) {
        expect(cause).toBeInstanceOf(InputError);
        expect((cause as Error).message.length).toBeGreaterThan(20);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the list of recordings contains only file names', () => {
  expect(parseIndex('["a-1.json"]')).toEqual(['a-1.json']);
  expect(() => parseIndex('["../a.json"]')).toThrow(
    "is '../a.json'; it should be the name of a file",
  );
  expect(() => parseIndex('{}')).toThrow(
    'the list of recordings is an object; it should be a list',
  );
});

describe('the published recordings', () => {
  const folder = new URL('../../public/recorded/', import.meta.url);
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  const names = parseIndex(read('index.json'));
  const all = names.map((name) => ({ name, recording: parseRecording(name, read(name)) }));

  test('are all in the list', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json') && name !== 'index.json')
        .sort(),
    ).toEqual(names);
  });
  test.each(names)('%s is small', (name) => expect(read(name).length).toBeLessThan(20_000));
  test('compare plans of a text at one context with the same tokens per step, for the same number of steps', () => {
    const settings = new Map<string, Set<string>>();
    for (const { recording } of all) {
      if (recording.buckets.length === 0) continue;
      const { task, context, batch, steps, rate, width, spread } = recording.spec;
      const place = `${task} ${context}`;
      const own = [batch * context, steps, rate, width, spread].join();
      settings.set(place, (settings.get(place) ?? new Set()).add(own));
    }
    expect(settings.size).toBeGreaterThan(2);
    for (const [place, found] of settings) expect([...found], place).toHaveLength(1);
  });
  test('show the cliff of a local stack: all answers right within reach, guessing beyond', () => {
    const results = all.map((entry) => resultOf(entry.recording));
    const local = answersOf(results, { task: 'needle', context: 48 }).find(
      ({ plan }) => plan === 'local',
    )!;
    expect(local.cliff).toBe(21);
    expect(local.before).toBeGreaterThan(0.95);
    expect(local.beyond).toBeLessThan(0.25); // guessing is 0.125
  });
});
