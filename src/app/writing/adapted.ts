/** @file Adaptations to a longer context, as figures: the one that runs on this page, and the recorded one of a shipped model. */
import type { Adapted } from '../../figures/adaptation';
import { adaptedBuckets } from '../../figures/adaptation';
import { parseAdaptation, type RecordedAdaptation } from '../../figures/recordedAdaptation';
import type { Checkpoint } from '../../model/files/checkpoint';
import type { Adaptation } from '../../state/adaptation.svelte';
import { textOf } from '../fetchText';
import { shipped } from './shipped';

/** Models with a recorded adaptation, made by `npm run record`. */
const RECORDED: readonly string[] = ['moby-dick-128-global'];

export const isRecorded = (id: string | undefined): id is string =>
  id !== undefined && RECORDED.includes(id);

export async function fetchAdaptation(id: string): Promise<RecordedAdaptation> {
  return parseAdaptation(id, await textOf(`recorded/adapted/${id}.json`));
}

/** The shipped model that a checkpoint matches, among those with a recorded adaptation. */
export const recordedIdOf = (checkpoint: Checkpoint | undefined): string | undefined =>
  shipped.find(
    ({ card }) =>
      isRecorded(card.id) &&
      card.steps === checkpoint?.step &&
      JSON.stringify(sorted(card.spec)) === JSON.stringify(sorted(checkpoint.spec)),
  )?.card.id;

const sorted = (spec: object) => Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1));

/** The results so far; undefined before the first measurement. */
export function adaptedOf({ asked, rows, roleOf }: Adaptation): Adapted | undefined {
  if (!asked || rows.length === 0) return undefined;
  return {
    context: asked.variants[0]!.spec.context / asked.plan.times,
    plan: asked.plan,
    looks: rows.map((row) => ({
      role: roleOf(row),
      step: row.step,
      buckets: adaptedBuckets(row.positions!),
    })),
  };
}

export const provenanceOf = (recorded: RecordedAdaptation | undefined): string =>
  recorded
    ? `Zebra Lab ${recorded.program}, recorded ${recorded.made}: ${recorded.machine}.`
    : 'Zebra Lab, measured in this browser.';
