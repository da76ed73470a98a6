/** @file Long histories as short curves: smoothing, and thinning that keeps the spikes. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Share of the width: points left of it do not set the top. */
const BEGINNING = 0.1;

/**
 * The y values that a picture of `points` must show, with `last` as its largest x. The first tenth does not set the
 * top, because the high loss at the start would flatten everything after it. If there are no points after the first
 * tenth, every point counts.
 */
export function shownYs(points: readonly Point[], last: number): readonly number[] {
  const later = points.filter(({ x }) => x >= BEGINNING * last);
  if (later.length < 2) return points.map(({ y }) => y);
  const top = later.reduce((most, { y }) => Math.max(most, y), -Infinity);
  return points.map(({ y }) => y).filter((y) => y <= top);
}

/**
 * Exponential average whose weight halves every `halfLife` points, corrected for its start
 * (Kingma and Ba 2015, section 3), so that the first value is the first point itself.
 */
export function smooth(values: readonly number[], halfLife: number): number[] {
  const keep = 0.5 ** (1 / halfLife);
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
}

/** At most `2 · buckets` of the points, in order: the lowest and the highest of each bucket, and both ends. */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= 2 * buckets) return points;
  const inner = points.length - 2;
  const kept = [points[0]!];
  for (let b = 0; b < buckets - 1; b++) {
    const from = 1 + Math.floor((b * inner) / (buckets - 1));
    const to = 1 + Math.floor(((b + 1) * inner) / (buckets - 1));
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      if (points[i]!.y < points[low]!.y) low = i;
      if (points[i]!.y > points[high]!.y) high = i;
    }
    kept.push(points[Math.min(low, high)]!);
    if (low !== high) kept.push(points[Math.max(low, high)]!);
  }
  kept.push(points.at(-1)!);
  return kept;
}

/** About `count` points spread evenly, the last one included: rows of a table. */
export function pick<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from(
    { length: count },
    (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!,
  );
}

/** Positions at which labels do not overlap: `gap` apart, none below `bottom` (y grows downward). */
export function spread(positions: readonly number[], gap: number, bottom = Infinity): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
  const placed = [...positions];
  let least = -Infinity;
  for (const i of order) least = (placed[i] = Math.max(placed[i]!, least)) + gap;
  let most = bottom;
  for (const i of order.reverse()) most = (placed[i] = Math.min(placed[i]!, most)) - gap;
  return placed;
}
