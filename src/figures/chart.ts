/** @file A figure as data: curves with bands over seeds, and the table that says the same in numbers. */
import { csvOf } from '../core/csv';

export interface ChartPoint {
  readonly x: number;
  readonly y: number; // mean over the seeds
  readonly low: number; // over the seeds; both are y where there is one
  readonly high: number;
}

/** How a curve is drawn: they are told apart without colour. */
export type Look = 'global' | 'local' | 'approximate' | 'grouped';

export interface Series {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  /** Stroke width in pixels, where several curves have the same look. */
  readonly weight?: number;
  readonly points: readonly ChartPoint[];
  /** What was foretold, where it stands beside what was measured. */
  readonly predicted?: readonly { readonly x: number; readonly y: number }[];
}

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log2' | 'log10';
}

/** A table is also what a CSV file holds. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Chart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A line across, to compare with. */
  readonly level?: { readonly y: number; readonly label: string };
  /** Lines upwards: beyond each of them theory forbids an answer. */
  readonly cliffs?: readonly { readonly x: number; readonly label: string }[];
  readonly table: Table;
}

/** For every series, how many before it look just as it does: they are told apart by their marks. */
export function likenesses(series: readonly Series[]): readonly number[] {
  return series.map(
    ({ look, weight }, i) =>
      series.slice(0, i).filter((other) => other.look === look && other.weight === weight).length,
  );
}

/** Mean and band of the seeds' numbers. */
export function band(values: readonly number[]): Omit<ChartPoint, 'x'> {
  const y = values.reduce((a, b) => a + b, 0) / values.length;
  return { y, low: Math.min(...values), high: Math.max(...values) };
}

/** The last column of every row says where the numbers come from. */
export const csvOfTable = ({ columns, rows }: Table, provenance: string): string =>
  csvOf(
    [...columns, 'provenance'],
    rows.map((row) => [...row, provenance]),
  );
