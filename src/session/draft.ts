/** @file Runs as they are asked for: why they cannot be, what near them can, and the layers they would have. */
import type { LayerPlan } from '../attention/pattern';
import { changeShared, onlyRun, sameRuns, specsOf, type Comparison } from '../compare/comparison';
import { checkFit } from '../compare/fit';
import { check, InputError } from '../core/check';
import type { BackendInfo } from '../link/protocol';
import { checkRun } from '../spec/check';
import { CONTROLS, layersOf, type RunSpec } from '../spec/run';
import { mend } from '../spec/url';
import { refusalOf, type Refusal } from './ownText';

export interface Trouble {
  /** Why these runs cannot be, in words; undefined where they can. */
  readonly problem: string | undefined;
  /** The problem is the person's own text: it is said where that was given. */
  readonly refused: Refusal | undefined;
}

/** `backend`: what the runs would be computed on, where that is known; another one asks its own limits when it is opened. */
export function troubleOf(comparison: Comparison, text: string, backend?: BackendInfo): Trouble {
  const specs = specsOf(comparison);
  let refused: Refusal | undefined;
  const problem = inWords(() => {
    for (const spec of specs) checkRun(spec);
    refused = refusalOf(text, comparison.shared);
    check(refused === undefined, refused?.why ?? '');
    if (backend) checkFit(specs, backend.limits, backend);
  });
  return { problem, refused };
}

/** Settings near the asked ones that would work; undefined where there are none. */
export function repairOf(asked: Comparison): Partial<RunSpec> | undefined {
  const alone = asked.runs.length === 1;
  const spec = alone ? specsOf(asked)[0]! : asked.shared;
  const mended = mend(spec);
  const changed = CONTROLS.filter(({ name }) => mended[name] !== spec[name]);
  if (changed.length === 0) return undefined;
  const repair = Object.fromEntries(
    changed.map(({ name }) => [name, mended[name]]),
  ) as Partial<RunSpec>;
  const repaired = alone ? onlyRun(mended) : changeShared(asked, repair);
  return inWords(() => specsOf(repaired).forEach(checkRun)) === undefined ? repair : undefined;
}

/** The layers that are asked for, where they are not built yet: this much of the picture follows the hand. */
export function sketchOf(asked: Comparison, built: Comparison): readonly LayerPlan[] | undefined {
  if (sameRuns(asked, built)) return undefined;
  let layers: readonly LayerPlan[] | undefined;
  inWords(() => (layers = specsOf(asked).map(layersOf))); // said once it has settled
  return layers;
}

/** What InputError says; undefined where there was none. */
export function inWords(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
