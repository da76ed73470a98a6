import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWriting, USUAL, within, writeWriting } from '../../../src/model/decode/address';

test('the URL leaves out default values and keeps all others', () => {
  expect(writeWriting(USUAL)).toBe('v=1');
  const own = {
    model: 'moby-dick-512-local',
    prompt: 'Call me & Ishmael =\n100 %',
    temperature: 0.35,
    topK: 5,
    topP: 0.9,
    seed: 42,
    count: 60,
    stopAt: '. ',
  };
  expect(readWriting(writeWriting(own))).toEqual(own);
});

test('an empty prompt is kept; without a prompt the model’s example is used', () => {
  expect(readWriting('prompt=').prompt).toBe('');
  expect(readWriting('v=1').prompt).toBeUndefined();
});

test('numbers are clamped to their range', () => {
  expect(readWriting('temperature=99&topK=-3&topP=0&seed=1.6&count=1e9')).toMatchObject({
    temperature: 5,
    topK: 0,
    topP: 0.01,
    seed: 2,
    count: 4096,
  });
  expect(readWriting('temperature=hot&seed=')).toMatchObject({ temperature: 0.8, seed: 1 });
  expect(within('count', NaN)).toBe(200);
});

test('a prompt too long for a URL is left out', () => {
  expect(writeWriting({ ...USUAL, prompt: 'x'.repeat(1001) })).toBe('v=1');
});

test('any URL is read to values that can be written, and come back the same', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (query) => {
      const read = readWriting(query);
      expect(readWriting(writeWriting(read))).toEqual(read);
    }),
  );
});

/**
 * Any UTF-16, including halves of surrogate pairs and characters that a URL escapes. `known` is the text as it comes
 * back: a half becomes U+FFFD.
 */
const anyText = (maxLength: number) =>
  fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...'&=+#%? \r\n', '🦓', '\uD83E'),
        fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      ),
      maxLength,
    })
    .map((text) => text.slice(0, maxLength));
const known = (text: string) => text.replaceAll(/\p{Cs}/gu, '\uFFFD');

test('any settings come back from the URL, except for halves of characters', () => {
  const writing = fc.record(
    {
      model: fc.constantFrom('', 'moby-dick-512-local', 'a&b=c'),
      prompt: fc.oneof(anyText(60), anyText(1000)),
      temperature: fc.double({ min: 0, max: 5, noNaN: true }).map((n) => n + 0),
      topK: fc.integer({ min: 0, max: 512 }),
      topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
      seed: fc.integer({ min: 0, max: 999_999 }),
      count: fc.integer({ min: 1, max: 4096 }),
      stopAt: anyText(40),
    },
    { requiredKeys: ['model', 'temperature', 'topK', 'topP', 'seed', 'count', 'stopAt'] },
  );
  fc.assert(
    fc.property(writing, (one) => {
      const { prompt, stopAt } = one;
      expect(readWriting(writeWriting(one))).toEqual({
        ...one,
        ...(prompt !== undefined && { prompt: known(prompt) }),
        stopAt: known(stopAt),
      });
    }),
  );
});

test('a prompt cut in the middle of an emoji is written', () => {
  const read = readWriting(`prompt=${'a'.repeat(999)}🦓&stopAt=${'b'.repeat(39)}🦓`);
  expect(readWriting(writeWriting(read))).toMatchObject({
    prompt: `${'a'.repeat(999)}\uFFFD`,
    stopAt: `${'b'.repeat(39)}\uFFFD`,
  });
});
