import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTicks } from '../../src/draw/byteTicks';
import { pick, shownYs, smooth, spread, thin, type Point } from '../../src/draw/curves';

const line = (n: number, y: (x: number) => number = (x) => x): Point[] =>
  Array.from({ length: n }, (_, x) => ({ x, y: y(x) }));

describe('smoothing', () => {
  test('leaves a constant unchanged', () => {
    for (const y of smooth([3, 3, 3, 3], 2)) expect(y).toBeCloseTo(3, 12);
  });
  test('begins at the first value itself', () => {
    expect(smooth([5, 1], 4)[0]).toBeCloseTo(5, 12);
  });
  test('makes half of a jump after one half-life', () => {
    const after = smooth([...Array<number>(200).fill(0), ...Array<number>(4).fill(1)], 4).at(-1)!;
    expect(after).toBeCloseTo(0.5, 6);
  });
});

describe('thinning', () => {
  test('leaves a short curve unchanged', () => {
    const points = line(10);
    expect(thin(points, 5)).toBe(points);
  });
  test('keeps both ends, the order and the spike', () => {
    const points = line(5000, (x) => (x === 1234 ? 99 : Math.sin(x)));
    const kept = thin(points, 100);
    expect(kept.length).toBeLessThanOrEqual(200);
    expect(kept[0]).toBe(points[0]);
    expect(kept.at(-1)).toBe(points.at(-1));
    expect(kept.some(({ y }) => y === 99)).toBe(true);
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).sort((a, b) => a - b));
  });
});

test('rows of a table are spread over the whole history, including the last step', () => {
  expect(pick([0, 1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([0, 4, 8]);
  expect(pick([1, 2], 12)).toEqual([1, 2]);
});

test('overlapping labels are pushed apart, in their order', () => {
  expect(spread([50, 10, 52], 14)).toEqual([50, 10, 64]);
  expect(spread([50, 52], 14, 55)).toEqual([41, 55]);
});

test('wherever curves end, no labels overlap, none is below the bottom, and all keep their order', () => {
  const ends = fc.array(fc.integer({ min: 30, max: 240 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(ends, (positions) => {
      const placed = spread(positions, 15, 280);
      const sorted = [...placed].sort((a, b) => a - b);
      for (const [i, y] of sorted.entries()) {
        expect(y).toBeLessThanOrEqual(280);
        if (i > 0) expect(y - sorted[i - 1]!).toBeGreaterThanOrEqual(15);
      }
      for (const [i, a] of positions.entries())
        for (const [j, b] of positions.entries())
          if (a < b) expect(placed[i]).toBeLessThan(placed[j]!);
    }),
  );
});

test('an axis of bytes has its numbers at whole binary units', () => {
  expect(byteTicks(3 * 2 ** 20, 3)).toEqual([0, 1, 2, 3].map((mib) => mib * 2 ** 20));
  expect(byteTicks(700 * 1024, 3)).toEqual([0, 200, 400, 600].map((kib) => kib * 1024));
  expect(byteTicks(1, 3)[0]).toBe(0);
});

describe('the vertical range of a chart', () => {
  const line = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }));
  test('leaves out a steep beginning, so that later differences are visible', () => {
    const points = line([13, 6, ...Array.from({ length: 40 }, (_, i) => 2 - i / 40)]);
    expect(Math.max(...shownYs(points, 41))).toBeLessThan(2);
    expect(Math.min(...shownYs(points, 41))).toBe(2 - 39 / 40);
  });
  test('covers every point after the first tenth, and lower ones before it', () => {
    const point = fc.record({ x: fc.nat(1000), y: fc.double({ min: -9, max: 9, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1 }), (points) => {
        const last = Math.max(...points.map(({ x }) => x));
        const shown = shownYs(points, last);
        expect(shown.length).toBeGreaterThan(0);
        expect(Math.min(...shown)).toBe(Math.min(...points.map(({ y }) => y)));
        for (const { x, y } of points) if (x >= last / 10) expect(shown).toContain(y);
      }),
    );
  });
  test('covers everything if a run has only begun', () => {
    expect(shownYs(line([4, 3]), 100)).toEqual([4, 3]);
    expect(shownYs([], 10)).toEqual([]);
  });
});
