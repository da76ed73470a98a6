/** @file Fetches the recording that a run of the Lab is held against. */
import { besideName, standsBeside } from '../../figures/beside';
import { parseIndex, parseRecording, type Recording } from '../../figures/recording';
import type { RunSpec } from '../../spec/run';
import { textOf } from '../fetchText';

let index: Promise<readonly string[]> | undefined;

/** Undefined where nothing was recorded for these settings. It is an extra: where it cannot be had, the Lab goes on without. */
export async function recordedBeside(spec: RunSpec): Promise<Recording | undefined> {
  const name = besideName(spec);
  if (!name) return undefined;
  try {
    index ??= textOf('recorded/index.json').then(parseIndex);
    if (!(await index).includes(name)) return undefined;
    const recording = parseRecording(name, await textOf(`recorded/${name}`));
    return standsBeside(recording, spec) ? recording : undefined;
  } catch {
    index = undefined;
    return undefined;
  }
}
