/** @file Runs as they are asked for: whether they can be, what near them can, and the layers they would have. */
import type { LayerPlan } from '../attention/pattern';
import { changeShared, onlyRun, sameRuns, specsOf, type Comparison } from '../compare/comparison';
import { checkFit } from '../compare/fit';
import { inWords } from '../core/check';
import type { BackendInfo } from '../workers/train/runState';
import { checkRun } from '../spec/check';
import { layersOf, type RunSpec } from '../spec/run';
import { CONTROLS } from '../spec/controls';
import { adjust } from '../spec/url';

/**
 * Throws InputError for runs that cannot be, whatever the text. `backend`: what they would be computed on, where that is
 * known; another one asks its own limits when it is opened.
 */
export function checkRuns(comparison: Comparison, backend?: BackendInfo): void {
  const specs = specsOf(comparison);
  specs.forEach(checkRun);
  if (backend) checkFit(specs, backend.limits, backend);
}

/** Settings near the asked ones that would work; undefined where there are none. */
export function repairOf(asked: Comparison): Partial<RunSpec> | undefined {
  const alone = asked.runs.length === 1;
  const spec = alone ? specsOf(asked)[0]! : asked.shared;
  const adjusted = adjust(spec);
  const changed = CONTROLS.filter(({ name }) => adjusted[name] !== spec[name]);
  if (changed.length === 0) return undefined;
  const repair = Object.fromEntries(
    changed.map(({ name }) => [name, adjusted[name]]),
  ) as Partial<RunSpec>;
  const repaired = alone ? onlyRun(adjusted) : changeShared(asked, repair);
  return inWords(() => checkRuns(repaired)) === undefined ? repair : undefined;
}

/** The layers that are asked for, where they are not built yet: this much of the picture follows the hand. */
export function sketchOf(asked: Comparison, built: Comparison): readonly LayerPlan[] | undefined {
  if (sameRuns(asked, built)) return undefined;
  let layers: readonly LayerPlan[] | undefined;
  inWords(() => (layers = specsOf(asked).map(layersOf))); // reported once it has settled
  return layers;
}
