/**
 * @file Checks of requested runs: whether they are possible, which settings near them are, and the layers they would
 * have.
 */
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
 * Throws InputError for runs that are impossible with any text. `backend`: the one they would use, if it is known; any
 * other backend checks its own limits when it is opened.
 */
export function checkRuns(comparison: Comparison, backend?: BackendInfo): void {
  const specs = specsOf(comparison);
  specs.forEach(checkRun);
  if (backend) checkFit(specs, backend.limits, backend);
}

/** Settings near the requested ones that would work; undefined if there are none. */
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

/** The requested layers, while they are not built yet: the maps of the layers follow the controls at once. */
export function sketchOf(asked: Comparison, built: Comparison): readonly LayerPlan[] | undefined {
  if (sameRuns(asked, built)) return undefined;
  let layers: readonly LayerPlan[] | undefined;
  inWords(() => (layers = specsOf(asked).map(layersOf))); // reported once the input has settled
  return layers;
}
