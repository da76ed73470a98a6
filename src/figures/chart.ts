/** @file A figure as data: curves with bands over seeds, and a table with the same numbers. */
import { csvOf } from '../core/csv';

export interface ChartPoint {
  readonly x: number;
  readonly y: number; // mean over the seeds
  readonly low: number; // over the seeds; both equal y for a single seed
  readonly high: number;
  /** It is based on so few questions that it says little. */
  readonly few?: boolean;
}

/** How a curve is drawn, so that curves can be told apart without colour. */
export type Look = 'global' | 'local' | 'approximate' | 'grouped';

export interface Series {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  /** Stroke width in pixels, if several curves have the same look. */
  readonly weight?: number;
  readonly points: readonly ChartPoint[];
  /** Colour and dash in CSS notation, if the curve must match one in a chart next to this one. */
  readonly stroke?: { readonly colour: string; readonly dash: string };
  /** The name at the curve's end, if the label is too long for that place. */
  readonly short?: string;
  /** Drawn differently from its plan: the same plan with other settings, for comparison. */
  readonly control?: boolean;
  /** The individual seeds, drawn thin around their mean. */
  readonly seeds?: readonly SeedCurve[];
  /** The predicted points, if they are drawn with the measured ones. */
  readonly predicted?: readonly { readonly x: number; readonly y: number }[];
}

interface SeedCurve {
  readonly seed: number;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** The seed differs from the others more than they do among themselves, so its end is labelled. */
  readonly apart?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log2' | 'log10';
}

/** A table, which can also be written as a CSV file. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Chart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A horizontal line, for comparison. */
  readonly level?: {
    readonly y: number;
    readonly label: string;
    /** The range around the line that chance alone explains. */
    readonly within?: readonly {
      readonly x: number;
      readonly low: number;
      readonly high: number;
    }[];
  };
  /** Vertical lines: beyond each one, theory rules out an answer. */
  readonly cliffs?: readonly { readonly x: number; readonly label: string }[];
  readonly table: Table;
}

/** Stacks tables with the same columns; each row gets the name of its table. */
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

/** For every series, how many earlier ones look exactly the same: marks tell them apart. */
export function sameLookCounts(series: readonly Series[]): readonly number[] {
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

/** Adds the provenance of the numbers as the last column of every row. */
export const csvOfTable = ({ columns, rows }: Table, provenance: string): string =>
  csvOf(
    [...columns, 'provenance'],
    rows.map((row) => [...row, provenance]),
  );
