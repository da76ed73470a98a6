/** @file Every plan in ./plans, found by itself, and the short notation of a layer plan. */
import { registryOf } from '../core/registry';
import type { LayerPlan } from './pattern';
import type { Plan } from './plan';
import { patterns } from './registry';

export const plans = registryOf<Plan>(
  'plan',
  import.meta.glob<{ default: Plan }>('./plans/*.ts', { eager: true }),
);

/** 'GSGS': one letter per layer. */
export const lettersOf = (layers: LayerPlan): string =>
  layers.map(({ pattern }) => patterns.get(pattern).letter).join('');
