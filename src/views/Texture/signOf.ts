/** @file Which symbol from src/app/signs.css a layer or a plan has. */
import { plans } from '../../attention/plans';
import type { PatternSpec } from '../../attention/pattern';
import { patterns } from '../../attention/registry';
import { readsLikeGlobal } from '../../attention/whole';

/** By the id of a pattern or a plan; every other mask gets the symbol for masks. */
export const signOf = (id: string): string => (patterns.has(id) || plans.has(id) ? id : 'mask');

/** For a layer over T tokens: one that reads everything looks global. */
export const signOfLayer = (layer: PatternSpec, T: number): string =>
  readsLikeGlobal(layer, T) ? 'global' : signOf(layer.pattern);
