import fc from 'fast-check';
import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { crc32 } from '../../src/core/crc32';
import { lessonProgressOf } from '../../src/lessons/progress';
import {
  codeOf,
  readResult,
  tidyWho,
  writeResult,
  type LessonResult,
} from '../../src/lessons/result';

const RESULT: LessonResult = {
  lesson: '03-reach',
  who: 'Zoë & Bob',
  progress: {
    done: ['one-layer', 'four-layers'],
    answers: {
      'reach-four': { answer: '21', first: '24', right: true, tries: 2, hints: 1 },
      paint: { answer: '100110111', right: false, tries: 1, hints: 3, shown: true },
      why: { answer: { text: 'It “stacks”: 1 + 4 × 5.\n✓', found: [0, 2] }, tries: 0, hints: 0 },
    },
    at: 'four-layers',
  },
};

/** Any UTF-16, including halves of surrogate pairs. */
const anySign = fc.nat(0xffff).map((code) => String.fromCharCode(code));
const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
const answer = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.integer(),
  fc.array(fc.nat(8), { maxLength: 8 }),
  fc.record({ text: fc.string({ maxLength: 2000 }), found: fc.array(fc.nat(4)) }),
);
const answered = fc.record(
  {
    answer,
    first: answer,
    right: fc.boolean(),
    tries: fc.nat(100_000),
    hints: fc.nat(3),
    shown: fc.constant(true),
  },
  { requiredKeys: ['answer', 'tries', 'hints'] },
);
const anyResult: fc.Arbitrary<LessonResult> = fc.record({
  lesson: slug,
  who: fc.string({ unit: 'grapheme', maxLength: 60 }).map(tidyWho),
  progress: fc.record(
    {
      done: fc.uniqueArray(slug, { maxLength: 8 }),
      answers: fc.dictionary(slug, answered),
      at: slug,
    },
    { requiredKeys: ['done', 'answers'] },
  ),
});

/** A valid code with any content. */
const packed = (text: string) => sealed(deflateSync(strToU8(text), { level: 9 }));
const sealed = (bytes: Uint8Array) =>
  `zebra1.${Buffer.from(bytes).toString('base64url')}.${crc32(bytes).toString(16).padStart(8, '0')}`;
const asJson = (change: object) =>
  JSON.stringify({ ...JSON.parse(writeResult(RESULT)), ...change });

/** Reads it, or refuses with an InputError in words; anything else fails the test. */
function readOrRefused(text: string): LessonResult | undefined {
  try {
    return readResult(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/\w .*\w/);
    return undefined;
  }
}

describe('a result comes back as it was handed in', () => {
  test('as a code and as a file', () => {
    expect(readResult(codeOf(RESULT))).toEqual(RESULT);
    expect(readResult(writeResult(RESULT))).toEqual(RESULT);
  });

  test('with any progress and any name', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(readResult(codeOf(result))).toEqual(result);
        expect(readResult(writeResult(result))).toEqual(result);
      }),
    );
  });

  test('as a short code in one line of letters that survive a chat', () => {
    const code = codeOf(RESULT);
    expect(code).toMatch(/^zebra1\.[\w-]+\.[0-9a-f]{8}$/);
    expect(code.length).toBeLessThan(500);
  });

  test('from a code that a mail program broke into lines and indented', () => {
    const broken = codeOf(RESULT).replaceAll(/(.{60})/g, '$1\r\n ');
    expect(readResult(`\n  ${broken}\n`)).toEqual(RESULT);
  });

  test('with the longest possible explanation, even of characters that JSON escapes with six', () => {
    const text = '\u0001'.repeat(2000);
    const answers = { why: { answer: { text, found: [0, 1, 2, 3, 4] }, tries: 1, hints: 0 } };
    const long = { ...RESULT, progress: { done: [], answers } };
    expect(readResult(codeOf(long))).toEqual(long);
  });
});

describe('a name is one line of text, and stays text', () => {
  test.each([
    ['  Ada \n Lovelace\t', 'Ada Lovelace'],
    ['\u202Eevil\u2066', 'evil'], // signs that change the writing direction
    ['x'.repeat(100), 'x'.repeat(40)],
    ['🦓'.repeat(50), '🦓'.repeat(40)], // no half of a pair
    ['\uD83E', ''],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ])('%j becomes %j', (given, tidy) => expect(tidyWho(given)).toBe(tidy));

  test('a second tidying changes nothing', () =>
    fc.assert(
      fc.property(fc.string({ unit: anySign }), (text) => {
        expect(tidyWho(tidyWho(text))).toBe(tidyWho(text));
      }),
    ));

  test('a name that is not tidy is refused: no page wrote it', () => {
    expect(() => readResult(asJson({ who: 'two\nlines' }))).toThrow(/one line of 40/);
    expect(() => readResult(asJson({ who: 'x'.repeat(41) }))).toThrow(/one line of 40/);
  });
});

describe('an invalid result is refused in words', () => {
  test.each([
    ['nothing', '', /neither a code nor a file/],
    ['a sentence', 'I have lost my code', /neither a code nor a file/],
    ['a list', '[]', /a list; it should be an object/],
    ['null', 'null', /null; it should be an object/],
    [
      'another file of ours',
      '{"format":"zebra-lab-race","version":1}',
      /not a result of this version/,
    ],
    ['a later version', asJson({ version: 2 }), /not a result of this version/],
    ['an unknown field', asJson({ score: 100 }), /"score" of the result is not known/],
    ['a lesson with a path in it', asJson({ lesson: '../../etc' }), /small letters, digits/],
    ['a name that is a list', asJson({ who: ['Ada'] }), /should be words/],
    ['no progress', asJson({ progress: undefined }), /cannot be read/],
    ['progress that is a list', asJson({ progress: [] }), /cannot be read/],
    ['a novel', 'x'.repeat(70_000), /too long/],
    ['a code without its end', codeOf(RESULT).slice(0, -9), /cut or changed/],
    ['a code that lost a letter', codeOf(RESULT).replace(/(?<=zebra1\.).\w/, 'A'), /checksum/],
    ['a code of another kind', codeOf(RESULT).replace('zebra1', 'zebra2'), /neither a code/],
    ['a code of no result', packed('{"a":1}'), /not a result of this version/],
    ['a code of no JSON', packed('hello'), /neither a code nor a file/],
    ['a code that is not packed', sealed(strToU8('hello, this is plain')), /cannot be unpacked/],
    ['a code of nothing', sealed(new Uint8Array(0)), /cut or changed/],
  ])('%s', (_, text, says) => {
    expect(() => readResult(text)).toThrow(InputError);
    expect(() => readResult(text)).toThrow(says);
  });

  test('an answer that is too long', () => {
    const answers = { a: { answer: 'x'.repeat(13_000), tries: 1, hints: 0 } };
    expect(() => readResult(asJson({ progress: { done: [], answers } }))).toThrow(/too long/);
  });

  test('an answer nested so deep that walking it would overflow the stack', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const text = `{"format":"zebra-lab-result","version":1,"lesson":"a","who":"","progress":{"done":[],"answers":{"a":{"answer":${deep},"tries":1,"hints":0}}}}`;
    expect(() => readResult(text)).toThrow(/nested too deep/);
    const wide = text.replace(deep, `${'['.repeat(5)}${']'.repeat(5)}`);
    expect(() => readResult(wide)).toThrow(/nested too deep/);
    expect(readResult(text.replace(deep, '[[[[]]]]')).lesson).toBe('a');
  });

  test('a code that would unpack to a gigabyte is stopped on the way', () => {
    const bomb = packed(' '.repeat(30_000_000));
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect(() => readResult(bomb)).toThrow(/unpacks to more than a result/);
  });

  test('impossible numbers', () => {
    for (const tries of [Infinity, -1, 1.5, 1e6, '2', null])
      expect(progressWith({ answer: 1, tries, hints: 0 })).toEqual({});
    for (const hints of [4, -1, NaN])
      expect(progressWith({ answer: 1, tries: 1, hints })).toEqual({});
    expect(
      readResult(asJson({}).replace('"tries":2', '"tries":1e999')).progress.answers,
    ).not.toHaveProperty('reach-four');
  });

  const progressWith = (one: unknown) =>
    lessonProgressOf({ done: [], answers: { a: one } })?.answers;

  test('keys named like the prototype change nothing', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const inside = writeResult(RESULT).replace('"paint"', `"${key}"`);
      readOrRefused(inside);
      readOrRefused(packed(inside));
      readOrRefused(
        writeResult(RESULT).replace('"answer":"21"', `"${key}":{"right":true},"answer":"21"`),
      );
      expect(
        readOrRefused(writeResult(RESULT).replace('"who"', `"${key}":{"who":"x"},"who"`)),
      ).toBeUndefined();
    }
    expect(({} as Record<string, unknown>)['right']).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('tries');
  });
});

describe('hostile and broken input is read or refused, without another error', () => {
  const { length } = codeOf(RESULT);

  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: anySign, maxLength: 300 }), (text) => void readOrRefused(text)),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void readOrRefused(`zebra1.${text}`)),
    );
  });

  test('any JSON, as it is, packed, and in the place of a field', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.constantFrom('lesson', 'who', 'progress', 'extra'),
        (json, field) => {
          readOrRefused(json);
          readOrRefused(packed(json));
          readOrRefused(asJson({ [field]: JSON.parse(json) as unknown }));
          readOrRefused(asJson({ progress: { done: [], answers: JSON.parse(json) as unknown } }));
          readOrRefused(
            asJson({ progress: { done: [], answers: { a: JSON.parse(json) as unknown } } }),
          );
        },
      ),
    );
  });

  test('any bytes with a valid checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readOrRefused(sealed(bytes))),
    );
  });

  test('a code cut anywhere is refused', () => {
    for (let at = 0; at < length; at++)
      expect(readOrRefused(codeOf(RESULT).slice(0, at))).toBeUndefined();
  });

  test('a code with one bit flipped is refused, or keeps its meaning', () => {
    const code = strToU8(codeOf(RESULT));
    fc.assert(
      fc.property(fc.nat(code.length - 1), fc.nat(7), (at, bit) => {
        const turned = Uint8Array.from(code);
        turned[at]! ^= 1 << bit;
        const read = readOrRefused(new TextDecoder().decode(turned));
        if (read) expect(read).toEqual(RESULT); // the last letter of base64 has unused bits
      }),
      { numRuns: 500 },
    );
  });

  test('packed bytes with one bit flipped, with a valid checksum', () => {
    const bytes = deflateSync(strToU8(writeResult(RESULT)));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const turned = Uint8Array.from(bytes);
        turned[at]! ^= 1 << bit;
        readOrRefused(sealed(turned));
      }),
      { numRuns: 500 },
    );
  });
});
