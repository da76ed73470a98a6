/** @file Tick positions and labels of an axis. */
import { scaleLinear, type ScaleContinuousNumeric } from 'd3';
import { significant } from '../../core/numbers';
import { formatCount } from '../../core/units';
import type { Axis, Series } from '../../figures/chart';

const ROOM = 46; // px per number

/** Doubling axes have ticks at the points themselves; logarithmic ones at round numbers. */
export function ticksOf(
  { scale }: Axis,
  axis: ScaleContinuousNumeric<number, number>,
  series: readonly Series[],
  length: number, // px
): readonly number[] {
  if (scale === 'linear') return axis.ticks(Math.max(3, Math.min(6, Math.floor(length / 60))));
  if (scale === 'log2' && series.length > 0) {
    const points = [...new Set(series.flatMap((own) => own.points.map(({ x }) => x)))].sort(
      (a, b) => a - b,
    );
    return points.length * ROOM <= length
      ? points
      : points.filter((_, i) => (points.length - 1 - i) % 2 === 0);
  }
  const [low, high] = axis.domain() as [number, number];
  const round = [1, 2, 3, 5, 7].flatMap((digit) =>
    Array.from({ length: 40 }, (_, power) => digit * 10 ** (power - 10)),
  );
  const inside = round
    .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001)
    .sort((a, b) => a - b);
  const powers = inside.filter((tick) => Number.isInteger(Math.log10(tick)));
  if (powers.length >= 4 && powers.length * ROOM <= length) return powers;
  // Within one power of ten round numbers are too far apart.
  if (inside.length < 4) return scaleLinear([low, high], [0, 1]).ticks(5);
  const step = Math.ceil(inside.length / Math.max(2, Math.floor(length / ROOM)));
  return inside.filter((_, i) => i % step === 0);
}

export function tickText({ scale }: Axis, tick: number): string {
  if (tick >= (scale === 'log10' ? 1e3 : 1e6))
    return formatCount(tick).replace(/([.,]\d*?)0+(?= )/, (_, kept: string) =>
      kept.length === 1 ? '' : kept,
    );
  return significant(tick, 6);
}
