/** @file A trainer's state to a checkpoint, and back. */
import { withinSentence } from '../core/sentence';
import { check } from '../core/check';
import { arenaOf, pack, unpack } from '../model/arena';
import type { Checkpoint } from '../model/files/checkpoint';
import { modelSpecOf, weightTable } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { CONTROLS } from '../spec/controls';
import type { Snapshot } from './model';

/** Settings in which a continued run may differ: the machine and nothing else. */
const FREE: ReadonlySet<string> = new Set(['backend']);

export function checkpointFrom(spec: RunSpec, snapshot: Snapshot, text?: string): Checkpoint {
  const arena = arenaOf(modelSpecOf(spec));
  const [weights, m, v] = [snapshot.weights, snapshot.m, snapshot.v].map((packed) =>
    unpack(arena, packed),
  );
  return {
    spec,
    step: snapshot.step,
    weights: weights!,
    adamMoments: { m: m!, v: v! },
    ...(text === undefined ? {} : { text }),
  };
}

/** Throws InputError if the settings differ: only the same run can continue. */
export function snapshotFrom(checkpoint: Checkpoint, spec: RunSpec): Snapshot {
  const other = CONTROLS.find(
    ({ name }) => !FREE.has(name) && checkpoint.spec[name] !== spec[name],
  );
  check(
    !other,
    `the checkpoint's ${other && withinSentence(other.label)} is ${other && checkpoint.spec[other.name]}, the run's ${other && spec[other.name]}; to continue, they must be the same`,
  );
  const arena = arenaOf(modelSpecOf(spec));
  const { adamMoments } = checkpoint;
  const nothing = () => new Float32Array(arena.length);
  return {
    step: checkpoint.step,
    weights: pack(arena, checkpoint.weights),
    m: adamMoments ? pack(arena, adamMoments.m) : nothing(),
    v: adamMoments ? pack(arena, adamMoments.v) : nothing(),
  };
}

/** Refuses to start a run of other settings from these weights if a weight's shape differs. */
export function checkFits(checkpoint: Checkpoint, spec: RunSpec): void {
  const [theirs, ours] = [checkpoint.spec, spec].map((one) => weightTable(modelSpecOf(one)));
  const other = ours!.find(
    ({ name, shape }) =>
      theirs!.find((weight) => weight.name === name)?.shape.join() !== shape.join(),
  );
  check(
    !other && ours!.length === theirs!.length,
    `the model to begin with has other sizes${other ? ` (${other.name})` : ''}; width, heads, layers, vocabulary and output head must be the same, while context, plan, window, chunk and RoPE may differ`,
  );
}
