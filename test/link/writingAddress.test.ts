import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWriting, USUAL, within, writeWriting } from '../../src/link/writingAddress';

test('what is usual is not said, and what is not survives the address', () => {
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

test('an empty prompt is a prompt; one that was not said is the model’s example', () => {
  expect(readWriting('prompt=').prompt).toBe('');
  expect(readWriting('v=1').prompt).toBeUndefined();
});

test('numbers are brought to where they may be', () => {
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

test('a prompt too long for an address is left out', () => {
  expect(writeWriting({ ...USUAL, prompt: 'x'.repeat(1001) })).toBe('v=1');
});

test('whatever an address says can be written, and comes back as it was read', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (query) => {
      const read = readWriting(query);
      expect(readWriting(writeWriting(read))).toEqual(read);
    }),
  );
});
