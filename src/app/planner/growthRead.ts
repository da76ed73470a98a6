/** @file What a growth chart marks and writes: ticks at powers, and the curves' values at the selected length. */
import { spread } from '../../draw/curves';
import type { Line } from '../../masks/planner/curves';

/** Powers of `base` in the range, at most about `count` of them, evenly spaced. */
export function powers(
  [from, to]: readonly [number, number],
  base: number,
  count: number,
): readonly number[] {
  const [start, end] = [Math.log(from) / Math.log(base), Math.log(to) / Math.log(base)];
  const step = Math.max(1, Math.ceil((end - start) / count));
  const begin = Math.ceil(start / step - 1e-9) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((end - begin) / step) + 1) },
    (_, i) => base ** (begin + i * step),
  );
}

/** The value at the point nearest to `x`. */
export const valueAt = ({ points }: Pick<Line, 'points'>, x: number): number =>
  points.reduce((best, point) => (Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best)).y;

/** The values at `T`, and the heights of their labels: above their curves, apart, between `top` and `bottom`. */
export function readAt(
  lines: readonly Line[],
  T: number,
  y: (value: number) => number,
  [top, bottom]: readonly [number, number],
) {
  const shown = lines
    .filter(({ look }) => look !== 'reference')
    .map((one) => ({ ...one, value: valueAt(one, T) }))
    .filter(({ value }) => value > 0);
  const labels = spread(
    shown.map(({ value }) => Math.max(top + 4, y(value) - 9)),
    15,
    bottom,
  );
  return shown.map((one, i) => ({ ...one, label: labels[i]! }));
}
