/** @file How long a text layers speak of: rules say it of any length, rows that were given of their own tokens alone. */
import { rowsIn } from './expression';
import { readRows } from './given';
import type { LayerPlan } from './pattern';
import { patterns } from './registry';

/** Tokens up to which every layer says who reads whom; Infinity where none is kept as rows. */
export const tokensSaid = (layers: LayerPlan): number =>
  layers.reduce((least, { pattern, params }) => {
    if (patterns.has(pattern)) return least; // a rule by its name
    const given = rowsIn(patterns.get(pattern).expression(params));
    return Math.min(least, ...given.map((content) => readRows(content).T));
  }, Infinity);
