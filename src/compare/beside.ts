/**
 * @file The recorded run that the user's run is compared with: the same settings, with every layer local. It is part of
 * a predefined comparison, validated after the same steps on the same held-out tokens as in the Lab.
 */
import { sources } from '../data/registry';
import type { RunSpec, Setting } from '../spec/run';
import { CONTROLS } from '../spec/controls';
import { specsOf } from './comparison';
import type { History } from './history';
import { comparisonOf, starts } from './starts';

/** How layers attend, and the backend, may differ; the data, the initial weights and the training may not. */
const FREE: ReadonlySet<Setting> = new Set([
  'plan',
  'stripes',
  'masks',
  'groupSize',
  'place',
  'backend',
]);

const isLocalTwin = (local: RunSpec, spec: RunSpec): boolean =>
  local.plan === 'local' &&
  CONTROLS.every(({ name }) => FREE.has(name) || local[name] === spec[name]);

/** Which recording, and which of its runs; undefined if there is none, or the run itself is local. */
export function localRunFor(
  spec: RunSpec,
): { readonly start: string; readonly run: number } | undefined {
  const isText = sources.has(spec.task) && sources.get(spec.task).kind === 'corpus';
  if (!isText || spec.plan === 'local') return undefined;
  for (const start of starts.all) {
    const run = specsOf(comparisonOf(start)).findIndex((local) => isLocalTwin(local, spec));
    if (run >= 0) return { start: start.id, run };
  }
  return undefined;
}

/** Its held-out losses of one slice over training, nats per token; empty if slices were not recorded. */
export const localLosses = (
  { validations }: History,
  slice: string,
): readonly { readonly step: number; readonly loss: number }[] =>
  validations.flatMap(({ step, slices }) => {
    const scored = slices?.find(({ id }) => id === slice);
    return scored && scored.tokens > 0 ? [{ step, loss: scored.loss }] : [];
  });
