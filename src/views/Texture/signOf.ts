/** @file Which sign of src/app/signs.css a layer or a plan carries. */
import { plans } from '../../attention/plans';
import type { PatternSpec } from '../../attention/pattern';
import { patterns } from '../../attention/registry';
import { isGlobalUnsaid } from '../../attention/whole';

/** By the id of a pattern or a plan; any other mask has a sign of its own. */
export const signOf = (id: string): string => (patterns.has(id) || plans.has(id) ? id : 'mask');

/** Of a layer over T tokens: one that reads everything looks like what it is. */
export const signOfLayer = (layer: PatternSpec, T: number): string =>
  isGlobalUnsaid(layer, T) ? 'global' : signOf(layer.pattern);
