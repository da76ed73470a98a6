import { expect, test } from 'vitest';
import { Stroke } from '../../src/views/CellGrid/stroke';

const at = (query: number, key: number) => ({ query, key });
const mouse = (x = 0, y = 0) => ({ clientX: x, clientY: y, pointerType: 'mouse' });
const finger = (x = 0, y = 0) => ({ clientX: x, clientY: y, pointerType: 'touch' });

function recorded() {
  const painted: string[] = [];
  const stroke = new Stroke(({ query, key }, open) =>
    painted.push(`${query},${key} ${open ? 'open' : 'blocked'}`),
  );
  return { stroke, painted };
}

test('a mouse paints the cell it is pressed on, and every cell it crosses', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(2, 0), true, mouse());
  expect(painted).toEqual(['2,0 open']);
  expect(stroke.move(at(2, 3), mouse(90))).toBe(true);
  expect(painted).toEqual(['2,0 open', '2,1 open', '2,2 open', '2,3 open']);
});

test('a stroke keeps the value of its first cell', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(1, 1), false, mouse());
  stroke.move(at(1, 2), mouse(30));
  expect(painted).toEqual(['1,1 blocked', '1,2 blocked']);
});

test('within one cell a stroke paints nothing twice', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(0, 0), true, mouse());
  expect(stroke.move(at(0, 0), mouse(3))).toBe(false);
  expect(painted).toHaveLength(1);
});

test('a finger that moves up or down scrolls: nothing is painted', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(4, 4), true, finger(100, 100));
  expect(stroke.move(at(6, 4), finger(104, 160))).toBe(false);
  stroke.cancel();
  expect(stroke.up()).toBe(false);
  expect(painted).toEqual([]);
});

test('a finger that moves sideways paints from the cell it was put on', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(4, 4), true, finger(100, 100));
  expect(painted).toEqual([]);
  stroke.move(at(4, 5), finger(130, 104));
  expect(painted).toEqual(['4,4 open', '4,5 open']);
});

test('a finger that is lifted at once paints its cell', () => {
  const { stroke, painted } = recorded();
  stroke.down(at(3, 1), true, finger());
  expect(stroke.under).toBe(true);
  expect(stroke.up()).toBe(true);
  expect(painted).toEqual(['3,1 open']);
  expect(stroke.under).toBe(false);
});
