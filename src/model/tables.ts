/**
 * @file The tables by which kernels walk a layer's pattern: the keys of each query, the queries of each key, and the
 * angles of positions. Layers with the same pattern share theirs.
 */
import { rowTables, type Packing } from '../attention/documents';
import { isTiled, layoutOf, type Layout } from '../attention/layout';
import type { PatternSpec } from '../attention/pattern';
import { rotationTable, virtualPositions } from '../ops/place/angles';
import type { KeptBuffer, Part } from '../program/program';
import type { ModelSpec } from '../spec/model';
import { nameOfTable, readersOf, rowsOf } from './documents';

export interface LayerTables {
  readonly layout: Layout;
  readonly reads: Part; // what queries read: the first key of each, or tiles
  readonly readers: Part; // the same by key: first and last reader of each, or tiles
  /**
   * Distance from the tables of one sequence to those of the next, as the kernels count it; 0 if all sequences share
   * one.
   */
  readonly apart: { readonly reads: number; readonly readers: number };
  readonly table: Part;
}

/** The tables of every layer; `keep` makes a buffer that stays. */
export function tablesOf(
  m: ModelSpec,
  { batch, documents = 'off' }: { readonly batch: number; readonly documents?: Packing },
  keep: (name: string, buffer: KeptBuffer) => Part,
): readonly LayerTables[] {
  const known = new Map<string, LayerTables>();
  return m.layers.map((pattern) => {
    const id = JSON.stringify(pattern);
    const tables =
      known.get(id) ?? ofPattern(m, pattern, id, documents === 'off' ? 0 : batch, keep);
    known.set(id, tables);
    return tables;
  });
}

/** `sequences`: how many have tables of their own; 0: all share one. */
function ofPattern(
  m: ModelSpec,
  pattern: PatternSpec,
  id: string,
  sequences: number,
  keep: (name: string, buffer: KeptBuffer) => Part,
): LayerTables {
  const { context: T, headDim, ropeBase, ropeScale, pool } = m;
  const layout = layoutOf(pattern, T);
  const ints = (table: 'reads' | 'readers', shared: Int32Array) => {
    const rows = sequences > 0 ? rowsOf(layout, table, sequences) : undefined;
    const length = rows?.length ?? shared.length;
    return keep(nameOfTable(table, id), {
      element: 'i32',
      length,
      content: () => rows?.content() ?? shared,
    });
  };
  const centres = pool === 'pre' ? layout.summaries : 0;
  const sizes = sequences > 0 ? rowTables(layout) : { reads: 0, readers: 0 };
  return {
    layout,
    reads: ints('reads', isTiled(layout) ? layout.reads : layout.first),
    readers: ints('readers', isTiled(layout) ? layout.readers : readersOf(layout)),
    // Intervals are indexed by token, and each token's readers are two numbers.
    apart: isTiled(layout) ? sizes : { reads: sizes.reads, readers: sizes.readers / 2 },
    table: keep(`angles ${id}`, {
      element: 'f32',
      length: (T + centres) * headDim,
      content: () =>
        rotationTable(virtualPositions(T, layout.chunk, centres), headDim, ropeBase, ropeScale),
    }),
  };
}
