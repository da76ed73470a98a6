/** @file A figure as data: curves with bands over seeds, and the table that says the same in numbers. */
import { csvOf } from '../core/csv';

export interface ChartPoint {
  readonly x: number;
  readonly y: number; // mean over the seeds
  readonly low: number; // over the seeds; both are y where there is one
  readonly high: number;
  /** So little stands behind it that it says little. */
  readonly few?: boolean;
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
  /** Colour and dash as CSS writes them, where the curve looks as it does in another chart beside this one. */
  readonly stroke?: { readonly colour: string; readonly dash: string };
  /** The name at the curve's end, where the label is longer than there is room for. */
  readonly short?: string;
  /** Drawn apart from the plan it is: the same plan with other settings, to compare with. */
  readonly control?: boolean;
  /** The seeds one by one, drawn thin beside their mean. */
  readonly seeds?: readonly SeedCurve[];
  /** What was foretold, where it stands beside what was measured. */
  readonly predicted?: readonly { readonly x: number; readonly y: number }[];
}

interface SeedCurve {
  readonly seed: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** It differs from the others more than they do among themselves: its end is named. */
  readonly apart?: boolean;
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
  readonly level?: {
    readonly y: number;
    readonly label: string;
    /** How far from it chance alone leads. */
    readonly within?: readonly {
      readonly x: number;
      readonly low: number;
      readonly high: number;
    }[];
  };
  /** Lines upwards: beyond each of them theory forbids an answer. */
  readonly cliffs?: readonly { readonly x: number; readonly label: string }[];
  readonly table: Table;
}

/** Tables of the same columns under each other, each row with the name of its own. */
export function stacked(
  parts: readonly { readonly name: string; readonly table: Table }[],
  head: string,
): Table {
  if (parts.length === 1) return parts[0]!.table;
  return {
    columns: [head, ...(parts[0]?.table.columns ?? [])],
    rows: parts.flatMap(({ name, table }) => table.rows.map((row) => [name, ...row])),
  };
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
