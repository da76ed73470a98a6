/** @file Every plan in ./plans, found automatically, and the short notation of a layer plan. */
import { registryOf } from '../core/registry';
import type { LayerPlan } from './pattern';
import type { Plan } from './plan';
import { joinMasks } from './masksIn';
import { patterns } from './registry';

export const plans = registryOf<Plan>(
  /* a message */ 'plan',
  import.meta.glob<{ default: Plan }>('./plans/*.ts', { eager: true }),
);

/** 'GSGS': one letter per layer. */
export const lettersOf = (layers: LayerPlan): string =>
  layers.map(({ pattern }) => patterns.get(pattern).letter).join('');

/** What makes the custom plan expand to these layers: its stripes, and the masks they refer to by number. */
export function signsOf(layers: LayerPlan): { readonly stripes: string; readonly masks: string } {
  const masks: string[] = [];
  const stripes = layers.map(({ pattern }) => {
    if (patterns.has(pattern)) return patterns.get(pattern).letter;
    if (!masks.includes(pattern)) masks.push(pattern);
    return masks.indexOf(pattern) + 1;
  });
  return { stripes: stripes.join(''), masks: joinMasks(masks) };
}
