import type { Row, Timed } from '../../test/bench/bench';
import type { Peaks } from '../../test/bench/peaks';

export interface Results {
  readonly machine: string;
  readonly date: string;
  readonly peaks: Peaks;
  readonly jobs: Readonly<Record<string, readonly Row[]>>;
}

export const NAMES: Readonly<Record<string, string>>;
export const DIFFERENCES: string;
export function rowsOf(results: Results): Row[];
export function peakOf(results: Results, row: Pick<Row, 'engine' | 'way'>): number | undefined;
export function compared(
  results: Results,
  size: string,
  way: string,
):
  | { readonly ours: Timed; readonly peer: Timed; readonly ratio: number; readonly share?: number }
  | undefined;
export function shortTable(results: Results): string;
export function engineTable(results: Results): string;
export function planTable(results: Results): string;
export function costTable(results: Results): string;
export function peakTable(results: Results): string;
export function longTable(results: Results): string;
export function reasons(results: Results): string[];
export function planRatios(results: Results): string[];
export function replaced(text: string, name: string, content: string): string;
export function merged(earlier: Results | undefined, later: Results): Results;
