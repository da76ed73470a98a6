/** @file How long a text a plan's layers cover: a rule covers any length, given rows only their own tokens. */
import { rowsIn } from './expression';
import { readRows } from './given';
import type { LayerPlan } from './pattern';
import { patterns } from './registry';

/** Number of tokens up to which every layer says who reads whom; Infinity if none is stored as rows. */
export const tokensCovered = (layers: LayerPlan): number =>
  layers.reduce((least, { pattern, params }) => {
    if (patterns.has(pattern)) return least; // a rule by its name
    const given = rowsIn(patterns.get(pattern).expression(params));
    return Math.min(least, ...given.map((content) => readRows(content).T));
  }, Infinity);
