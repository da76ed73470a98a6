/**
 * @file The tables of packed documents: what the kernels of each layer walk in each row of a batch, and the position of
 * each token. Machines get them with the tokens; without packed documents there are none.
 */
import {
  checkPacked,
  rowTables,
  writeReaders,
  writeReads,
  type Packing,
} from '../attention/documents';
import { layoutOf, type Intervals, type Layout } from '../attention/layout';
import type { PatternSpec } from '../attention/pattern';
import { check } from '../core/check';
import type { ModelSpec } from '../spec/model';

type Table = 'reads' | 'readers';

/** The buffer of the positions, [B T]. */
export const POSITIONS = 'positions';

/** The buffer of a table that layers of one kind share. `id`: JSON of the layer's pattern. */
export const nameOfTable = (table: Table, id: string): string => `${table} ${id}`;

/** First and last query that reads each key, tokens first. */
export function readersOf({ from, to }: Intervals): Int32Array {
  const pairs = new Int32Array(2 * from.length);
  from.forEach((q, j) => pairs.set([q, to[j]!], 2 * j));
  return pairs;
}

/** The table of `batch` rows: its length, and its contents if every row is one document. */
export function rowsOf(
  layout: Layout,
  table: Table,
  batch: number,
): { readonly length: number; content(): Int32Array } {
  checkPacked(layout);
  const length = batch * rowTables(layout)[table];
  return {
    length,
    content: () => tableOf(layout, table, new Int32Array(batch * layout.T), length),
  };
}

function tableOf(layout: Layout, table: Table, starts: Int32Array, length: number): Int32Array {
  const { T } = layout;
  const to = new Int32Array(length);
  const write = table === 'reads' ? writeReads : writeReaders;
  for (let row = 0; row * T < starts.length; row++)
    write(layout, starts.subarray(row * T, (row + 1) * T), to, row);
  return to;
}

/**
 * A batch for a model that keeps documents apart must say where they begin: otherwise each row would count as one
 * document, and tokens would read across.
 */
export function checkGiven(packing: Packing, starts: Int32Array | undefined): void {
  if (packing !== 'off' && !starts)
    throw new Error('documents are to be kept apart, and the batch does not say where they begin');
}

/**
 * What to write before computing rows with these documents, by buffer name. `starts` [rows, T]: where in its row the
 * document of each token begins; undefined: each row is one document.
 */
export function documentTables(
  { context: T, layers }: Pick<ModelSpec, 'context' | 'layers'>,
  packing: Packing,
  rows: number,
  starts: Int32Array = new Int32Array(rows * T),
): Map<string, Int32Array> {
  const tables = new Map<string, Int32Array>();
  if (packing === 'off') return tables;
  check(
    starts.length === rows * T,
    `documents of ${starts.length} tokens were given for ${rows} rows of ${T}`,
  );
  for (const id of new Set(layers.map((layer) => JSON.stringify(layer)))) {
    const layout = layoutOf(JSON.parse(id) as PatternSpec, T);
    const sizes = rowTables(layout);
    for (const table of ['reads', 'readers'] as const)
      tables.set(nameOfTable(table, id), tableOf(layout, table, starts, rows * sizes[table]));
  }
  if (packing === 'restart') tables.set(POSITIONS, positionsOf(starts, T));
  return tables;
}

/** [rows, T]: how many tokens of its document precede each token in its row. */
export const positionsOf = (starts: Int32Array, T: number): Int32Array =>
  starts.map((start, at) => (at % T) - start);
