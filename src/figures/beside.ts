/** @file The recorded run that one of a person's own is held against: the same settings, with every layer local. */
import { sources } from '../data/registry';
import { CONTROLS, type RunSpec, type Setting } from '../spec/run';
import type { Recording } from './recording';

/** How layers attend may differ, and what computes; what is learnt, from which weights and how, may not. */
const FREE: ReadonlySet<Setting> = new Set(['plan', 'stripes', 'groupSize', 'place', 'backend']);

/** The file of public/recorded that would hold it; undefined where there can be none. */
export function besideName({ task, context, plan, seed }: RunSpec): string | undefined {
  const isText = sources.has(task) && sources.get(task).kind === 'corpus';
  return isText && plan !== 'local' ? `${task}-${context}-local-${seed}.json` : undefined;
}

/** Whether a recording is of local layers and differs from `spec` in nothing else. */
export const standsBeside = (recording: Recording, spec: RunSpec): boolean =>
  recording.spec.plan === 'local' &&
  CONTROLS.every(({ name }) => FREE.has(name) || recording.spec[name] === spec[name]);

/** Its held-out losses of one slice over training, nats per token; none where slices were not recorded. */
export const besideLosses = (
  recording: Recording,
  slice: string,
): readonly { readonly step: number; readonly loss: number }[] =>
  recording.validation.flatMap(({ step, slices }) => {
    const scored = slices?.find(({ id }) => id === slice);
    return scored && scored.tokens > 0 ? [{ step, loss: scored.loss }] : [];
  });
