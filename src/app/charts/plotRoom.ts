/** @file How a line plot shares its space between curves and their names: beside the curves, or below them. */
import type { Chart, Series } from '../../figures/chart';

export const MARGIN = { top: 30, bottom: 40, left: 46 } as const; // px
export const KEY = 20; // px, height of one name below the drawing
const LETTER = 7.4; // px, approximate width per letter of a name
/** Minimum width of the curves; names beside them must not take more. */
const LEAST = 168; // px

/** The label at a curve's end. */
export const nameOf = ({ short, label }: Pick<Series, 'short' | 'label'>) => short ?? label;
export const drawnOf = (series: readonly Series[]) =>
  series.filter(({ points }) => points.length > 0);

/** Width of the names beside the curves, px; undefined if there is no room for them. */
export function besideOf(
  series: readonly Series[],
  level: string,
  width: number,
): number | undefined {
  if (series.every(({ short }) => short === undefined)) {
    return width < 480 ? undefined : 138;
  }
  const letters = Math.max(...drawnOf(series).map((one) => nameOf(one).length), level.length);
  const needed = Math.ceil(letters * LETTER) + 14;
  return width - MARGIN.left - needed < LEAST ? undefined : needed;
}

/** The height of a plot of `height` at this width, including names below. */
export function fullHeight(
  { series, level }: Pick<Chart, 'series' | 'level'>,
  width: number,
  height: number,
): number {
  const below = besideOf(series, level?.label ?? '', width) === undefined;
  const rows = drawnOf(series).length + (level ? 1 : 0);
  return height + (below ? KEY * rows + 4 : 0);
}
