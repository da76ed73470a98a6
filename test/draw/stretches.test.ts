import { expect, test } from 'vitest';
import { pitchOf, stretches } from '../../src/draw/stretches';

test('neighbouring cells of one kind are drawn as one shape', () => {
  expect(stretches([1, 1, 0, 2, 1], 1)).toEqual([
    [0, 2],
    [4, 5],
  ]);
  expect(stretches([1, 1], 2)).toEqual([]);
  expect(stretches([2, 2], 2)).toEqual([[0, 2]]);
});

test('cells are whole pixels if they are large, and fill the width if they are small', () => {
  expect(pitchOf(620, 48)).toBe(12);
  expect(pitchOf(200, 64)).toBe(200 / 64);
  expect(pitchOf(600, 4, 28)).toBe(28);
  expect(pitchOf(100, 0)).toBe(100);
});
