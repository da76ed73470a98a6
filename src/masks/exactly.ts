/** @file A layer as one expression. */
import { rowsOf, type Expression } from '../attention/expression';
import { readRows } from '../attention/given';
import { writeRows } from '../attention/writeRows';
import { maskOfLayer, type LayerDoc } from './doc';

/** A layer with its paint: terms if there is no paint, otherwise rows. */
export function exactly(layer: LayerDoc, T: number, queries: number): Expression {
  if (layer.paint.length === 0) return layer.expression;
  const rows = writeRows(maskOfLayer(layer, T, queries));
  readRows(rows); // so that its name is known
  return rowsOf(rows);
}
