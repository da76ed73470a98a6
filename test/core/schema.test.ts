/** @file Input from outside becomes a value of its type or an error sentence, in every format. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKept as readClass, writeKept as writeClass } from '../../src/app/teach/class/keep';
import { readFile } from '../../src/compare/file';
import { headOfKept } from '../../src/compare/kept';
import { InputError } from '../../src/core/check';
import { storedTensors } from '../../src/core/safetensors';
import {
  added,
  anything,
  column,
  dictionary,
  ifReadable,
  list,
  number,
  object,
  oneOf,
  optional,
  readable,
  text,
  whole,
} from '../../src/core/schema';
import { Place } from '../../src/core/place';
import { parseCorpus } from '../../src/data/corpus';
import { openHuggingFace } from '../../src/model/files/openFolder';
import { lengthsOf } from '../../src/figures/documents';
import { parseAdaptation } from '../../src/figures/recordedAdaptation';
import { parseIndex, parseRecording } from '../../src/figures/recording';
import { readProgress } from '../../src/lessons/progress';
import { readResult } from '../../src/lessons/result';
import { readConfig } from '../../src/masks/configs';
import { readJson } from '../../src/masks/save';
import { checkpointOf } from '../../src/model/files/checkpoint';
import { DEFAULTS } from '../../src/spec/controls';
import { run } from '../../src/spec/settings';

const bytes = (json: string) => new TextEncoder().encode(json);

/** A safetensors file with this header and nothing after it. */
function tensors(json: string): Uint8Array {
  const header = bytes(json);
  const file = new Uint8Array(8 + header.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  return file;
}

/** Every format as JSON text, with the fields that are checked first, so that later ones are reached. */
const READERS: Readonly<Record<string, { begin?: object; read: (json: string) => unknown }>> = {
  comparison: {
    begin: { format: 'zebra-lab-comparison', version: 2, shared: DEFAULTS, runs: [{}, {}] },
    read: readFile,
  },
  'kept runs': {
    begin: { format: 'zebra-lab-kept-comparison', version: 1 },
    read: (json) => headOfKept(bytes(`${json}\n`)),
  },
  recording: { begin: { version: 1 }, read: (json) => parseRecording('a.json', json) },
  adaptation: { begin: { version: 1 }, read: (json) => parseAdaptation('a', json) },
  'list of recordings': { read: parseIndex },
  checkpoint: {
    begin: { format: 'zebra-lab-checkpoint', version: 1, step: 0, spec: DEFAULTS, vocabulary: [] },
    read: (json) => checkpointOf(new Map([['zebra-lab.json', bytes(json)]])),
  },
  'config of a small model': {
    begin: { model_type: 'llama', hidden_size: 16, num_attention_heads: 4, num_hidden_layers: 2 },
    read: (json) =>
      openHuggingFace(
        new Map([
          ['config.json', bytes(json)],
          ['model.safetensors', tensors('{}')],
        ]),
      ),
  },
  'config for its masks': { begin: { model_type: 'gemma3_text' }, read: readConfig },
  'header of tensors': { read: (json) => storedTensors(tensors(json)) },
  'prepared text': {
    begin: { title: 'a', licence: '', origin: '', documents: [{}] },
    read: (json) => parseCorpus(JSON.parse(json), 'text'),
  },
  'lengths of documents': { read: (json) => lengthsOf(JSON.parse(json)) },
  masks: { begin: { format: 'zebra-lab-masks', version: 1, T: 8, layers: [{}] }, read: readJson },
  result: {
    begin: { format: 'zebra-lab-result', version: 1, lesson: 'a', progress: {} },
    read: readResult,
  },
  progress: { begin: { version: 1, lessons: { a: {} } }, read: readProgress },
  class: { begin: { version: 1, codes: [] }, read: readClass },
  settings: { begin: DEFAULTS, read: (json) => run()(JSON.parse(json), new Place('it')) },
};

/** The reader's message, if it refuses. Anything but an InputError fails the test. */
function refusal(read: (json: string) => unknown, json: string): string | undefined {
  try {
    read(json);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

describe.each(Object.entries(READERS))('any content of a %s', (_, { begin = {}, read }) => {
  const fields = [...Object.keys(begin), 'constructor', '__proto__', 'toString', 'length'];

  test('is read as a value or refused in a sentence', () => {
    const any = fc.oneof(
      fc.json(),
      fc
        .tuple(fc.constantFrom(...fields), fc.jsonValue())
        .map(([name, value]) =>
          JSON.stringify(begin).replace(
            /\}$/,
            `,${JSON.stringify(name)}:${JSON.stringify(value)}}`,
          ),
        )
        .map((json) => json.replace('{,', '{')),
    );
    fc.assert(
      fc.property(any, (json) => {
        const says = refusal(read, json);
        if (says !== undefined) expect(says).toMatch(/\w+ .*\w+/);
      }),
    );
  });

  test('nested without end is refused or ignored', () => {
    refusal(read, deep);
    for (const name of Object.keys(begin)) {
      const { [name]: __, ...rest } = begin as Record<string, unknown>;
      const json = JSON.stringify(rest).replace(/\}$/, `,"${name}":${deep}}`).replace('{,', '{');
      const says = refusal(read, json);
      if (says !== undefined) expect(says.length).toBeLessThan(1000);
    }
  });
});

test('a class comes back as it was kept', () => {
  const progress = { done: ['one'], answers: { a: { answer: [1], tries: 1, hints: 0 } } };
  const kept = { room: { results: [{ lesson: 'a', who: 'Ada', progress }] }, anonymous: true };
  expect(readClass(writeClass(kept))).toEqual(kept);
});

describe('a schema', () => {
  const point = object({
    step: whole({ min: 1 }),
    note: optional(text()),
    tied: added(whole(), 1),
  });
  const points = object({ points: list(point, { each: (n, of) => `point ${n} of ${of}` }) });
  const says = (value: unknown) => refusal(() => points(value, new Place('the file')), '');

  test('returns the given values, fills in newer fields, and leaves out optional ones', () => {
    const read = points({ points: [{ step: 3 }, { step: 4, note: 'a', tied: 0 }] }, new Place(''));
    const [first, second]: readonly { readonly step: number; readonly note?: string }[] =
      read.points;
    expect(first).toStrictEqual({ step: 3, tied: 1 });
    expect(second).toStrictEqual({ step: 4, note: 'a', tied: 0 });
  });

  test.each([
    [7, 'the file is 7; it should be an object'],
    [{}, 'points of the file is missing; it should be a list'],
    [
      { points: [{ step: 1 }, { step: 0.5 }] },
      'step of point 2 of the file is 0.5; it should be a whole number, 1 or more (at points[1].step)',
    ],
    [
      { points: [{ step: 1, stpe: 2 }] },
      /"stpe" of point 1 of the file is not known; there are step, /,
    ],
    [{ points: [{ step: 1, note: null }] }, /note of point 1 .* is null; it should be words/],
  ])('says what is wrong with %j and where', (value, sentence) => {
    expect(says(value)).toMatch(sentence);
  });

  test('does not take an inherited name for a field', () => {
    const read = object({ constructor: optional(anything), toString: optional(anything) });
    expect(Object.keys(read({}, new Place('it')))).toEqual([]);
    const named = readable(dictionary(text(), whole(), 9), JSON.parse('{"__proto__": 1, "a": 2}'));
    expect(Object.entries(named!)).toEqual([
      ['__proto__', 1],
      ['a', 2],
    ]);
  });

  test('refuses numbers that are not numbers or out of bounds', () => {
    for (const value of [NaN, Infinity, '1', null, [], 1n])
      expect(readable(number(), value)).toBeUndefined();
    expect(readable(whole({ max: 3 }), 4)).toBeUndefined();
    expect(readable(whole(), 2 ** 53)).toBeUndefined();
    expect(readable(column(2), [1, -1])).toBeUndefined();
    expect(readable(list(whole(), { max: 2 }), [1, 2, 3])).toBeUndefined();
    expect(readable(oneOf(['a', 'b']), 'c')).toBeUndefined();
  });

  test('for a store leaves out damaged entries and keeps the rest', () => {
    const store = object({ at: ifReadable(text()), done: ifReadable(list(text())) }, 'ignored');
    expect(readable(store, { at: 7, done: ['a'], more: 1 })).toStrictEqual({ done: ['a'] });
  });

  test('passes on any error that is not a refusal', () => {
    const broken = () => {
      throw new TypeError('a fault of ours');
    };
    expect(() => readable(broken, 1)).toThrow(TypeError);
  });
});
