import { expect, test } from 'vitest';
import { BLOCKED } from '../../src/attention/mask';
import { reachCells } from '../../src/draw/reachCells';

const local = { pattern: 'local', params: { window: 2 } };
const global = { pattern: 'global', params: {} };

const picture = (cells: Uint8Array, size: number) =>
  Array.from({ length: size }, (_, q) =>
    [...cells.subarray(q * size, (q + 1) * size)].map((kind) => '.#~'[kind]).join(''),
  );

test('after two local layers a token reaches one token further, at second hand', () => {
  expect(picture(reachCells([local], 5, 1), 5)).toEqual([
    '#....',
    '##...',
    '.##..',
    '..##.',
    '...##',
  ]);
  expect(picture(reachCells([local, local], 5, 1), 5)).toEqual([
    '#....',
    '##...',
    '~##..',
    '.~##.',
    '..~##',
  ]);
});

test('a local layer above a global one reaches everything before it', () => {
  expect(picture(reachCells([global, local], 4, 1), 4)).toEqual(['#...', '##..', '~##.', '~~##']);
});

test('a pooled cell shows the nearest kind inside it', () => {
  const cells = reachCells([local, local], 8, 2);
  expect(cells.length).toBe(16);
  expect(cells[0]).not.toBe(BLOCKED);
  expect(cells[1]).toBe(BLOCKED);
});
