/** @file Round numbers on an axis of bytes: of whole KiB, MiB, …, as formatBytes writes them. */
import { ticks } from 'd3';

/** About `count` of them from 0 to `last` bytes. */
export function byteTicks(last: number, count: number): readonly number[] {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, last)) / 10));
  return ticks(0, last / unit, count).map((tick) => tick * unit);
}
